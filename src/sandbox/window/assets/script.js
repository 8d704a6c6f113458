// Served as /v1/iamport.js and as /v2/browser-sdk.js; its own address tells which global it defines.
(() => {
  const { src } = document.currentScript;
  const { pathname, origin: sandbox } = new URL(src);
  const page = new URL('../window', src);
  const isPhone = () => /Android|iPhone|iPad|iPod|Mobile/i.test(navigator.userAgent);

  function addressOf(fields) {
    const address = new URL(page);
    for (const [name, value] of Object.entries(fields)) if (value) address.searchParams.set(name, value);
    return address;
  }

  /** Calls `done` once: with the result that the window sends, or with null when it is closed before. */
  function openWindow(fields, isPopup, done) {
    const ticket = crypto.getRandomValues(new Uint32Array(4)).join('-'); // also where a page is served without TLS
    const address = addressOf({ ...fields, ticket, origin: location.origin });
    const popup = isPopup ? open(address, '', 'popup,width=440,height=720') : null;
    const frame = popup
      ? { window: () => popup, isClosed: () => popup.closed, close: () => popup.close() }
      : embed(address);
    const timer = setInterval(() => frame.isClosed() && finish(null), 200);
    addEventListener('message', receive);

    function receive({ origin, source, data }) {
      if (origin === sandbox && source === frame.window() && data?.ticket === ticket) finish(data.result);
    }
    function finish(result) {
      clearInterval(timer);
      removeEventListener('message', receive);
      frame.close();
      done(result);
    }
  }

  /** A modal dialog with the window in a frame: the browser keeps the keyboard inside, and gives the focus back. */
  function embed(address) {
    const dialog = document.createElement('dialog');
    const frame = document.createElement('iframe');
    const isNarrow = matchMedia('(max-width: 600px)').matches;
    Object.assign(dialog.style, {
      position: 'fixed',
      inset: '0',
      display: 'grid',
      placeItems: 'center',
      width: '100vw',
      height: '100dvh',
      maxWidth: 'none',
      maxHeight: 'none',
      margin: '0',
      padding: '0',
      border: '0',
      background: 'rgb(0 0 0 / 50%)',
    });
    Object.assign(frame.style, {
      width: isNarrow ? '100%' : '420px',
      height: isNarrow ? '100%' : 'min(720px, 94dvh)',
      border: '0',
      borderRadius: isNarrow ? '0' : '16px',
      colorScheme: 'normal',
    });
    dialog.setAttribute('aria-label', '본인인증');
    frame.title = '본인인증';
    frame.src = address;
    dialog.append(frame);
    document.body.append(dialog);
    dialog.showModal();
    frame.focus();
    let isClosed = false;
    dialog.addEventListener('close', () => {
      isClosed = true;
    });
    return {
      window: () => frame.contentWindow,
      isClosed: () => isClosed,
      close() {
        dialog.close();
        dialog.remove();
      },
    };
  }

  const CLOSED = '본인인증 창을 닫았어요.';

  function createIMP() {
    let merchantCode = '';
    return {
      init(code) {
        merchantCode = code;
      },
      certification({ channelKey, merchant_uid, m_redirect_url, popup }, callback) {
        const fields = { version: 'V1', merchantCode, channelKey, merchantUid: merchant_uid };
        if (isPhone() && !popup && m_redirect_url) {
          location.assign(addressOf({ ...fields, redirectUrl: m_redirect_url }));
          return;
        }
        const closed = { success: false, imp_uid: null, merchant_uid, error_code: 'USER_CLOSED', error_msg: CLOSED };
        openWindow(fields, Boolean(popup), (result) => callback?.(result ?? closed));
      },
    };
  }

  function createPortOne() {
    return {
      requestIdentityVerification(request) {
        const { storeId, identityVerificationId, channelKey, customData, redirectUrl, windowType } = request;
        const fields = { version: 'V2', storeId, identityVerificationId, channelKey, customData };
        const type = isPhone() ? (windowType?.mobile ?? 'REDIRECTION') : (windowType?.pc ?? 'IFRAME');
        if (type === 'REDIRECTION' && redirectUrl) {
          location.assign(addressOf({ ...fields, redirectUrl }));
          return new Promise(() => {});
        }
        const closed = {
          transactionType: 'IDENTITY_VERIFICATION',
          identityVerificationId,
          code: 'USER_CLOSED',
          message: CLOSED,
        };
        return new Promise((resolve) => {
          openWindow(fields, type === 'POPUP', (result) => resolve(result ?? closed));
        });
      },
    };
  }

  if (pathname.endsWith('/v1/iamport.js')) globalThis.IMP = createIMP();
  else globalThis.PortOne = createPortOne();
})();
