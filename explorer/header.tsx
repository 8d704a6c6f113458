let typed = '';

/** The value of the header `authorization`; empty where no token was typed. */
export function token(): string {
  const value = typed.trim().replace(/^bearer\s+/i, '');
  return value && `Bearer ${value}`;
}

/** The name of the page, in the sandbox the way to the demo, and a field for a token that lasts as long as the page. */
export function Header({ isSandbox }: { isSandbox: boolean }) {
  return (
    <header className="page-header">
      <h1>iamport-identity-gateway</h1>
      {isSandbox && <span className="badge">sandbox</span>}
      {isSandbox && <a href="demo">Demo</a>}
      <label>
        Token
        {/* Of the type "password", a browser would offer to keep it. */}
        <input
          type="text"
          className="secret"
          placeholder="Bearer token, for this page only"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onInput={({ currentTarget }) => (typed = currentTarget.value)}
        />
      </label>
    </header>
  );
}
