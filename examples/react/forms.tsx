import type { Carrier, FieldProblem, RequestIdentityOtpInput } from 'iamport-identity-client';
import type { InputHTMLAttributes } from 'react';

interface FormProps<Value> {
  readonly fields: readonly FieldProblem[];
  readonly isDisabled: boolean;
  readonly onSubmit: (value: Value) => void;
}

const CARRIERS: Readonly<Record<Carrier, string>> = {
  SKT: 'SK Telecom',
  KT: 'KT',
  LGT: 'LG U+',
  SKT_MVNO: 'SK Telecom (알뜰폰)',
  KT_MVNO: 'KT (알뜰폰)',
  LGT_MVNO: 'LG U+ (알뜰폰)',
};

export function Details({ fields, isDisabled, onSubmit }: FormProps<RequestIdentityOtpInput>) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault(); // and not `action`, after which React empties the form
        // The fields of the form have the names of the input's.
        onSubmit(Object.fromEntries(new FormData(event.currentTarget)) as unknown as RequestIdentityOtpInput);
      }}
    >
      <Field label="Name" name="name" autoComplete="name" {...{ fields }} />
      <Field label="Phone" name="phone" type="tel" autoComplete="tel" {...{ fields }} />
      <Field label="Birthday" name="birthday" type="date" {...{ fields }} />
      <Field label="Seventh digit of the resident number" name="genderDigit" maxLength={1} {...{ fields }} />
      <label>
        Network
        <select name="carrier">
          {Object.entries(CARRIERS).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <button disabled={isDisabled}>Send a code</button>
    </form>
  );
}

export function Code({ fields, isDisabled, onSubmit }: FormProps<string>) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const { otp } = Object.fromEntries(new FormData(event.currentTarget)) as { otp: string };
        onSubmit(otp);
      }}
    >
      <Field label="Code" name="otp" inputMode="numeric" autoComplete="one-time-code" {...{ fields }} />
      <button disabled={isDisabled}>Confirm</button>
    </form>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly name: string;
  readonly fields: readonly FieldProblem[];
}

/** With what the gateway says about it, which never repeats what was typed. */
function Field({ label, name, fields, ...rest }: FieldProps) {
  const problem = fields.find((field) => field.name === name)?.message;
  return (
    <label>
      {label}
      <input name={name} required aria-invalid={problem !== undefined} {...rest} />
      {problem}
    </label>
  );
}
