import './main.css';
import { byId } from './elements.ts';
import { fillDetails } from './form.ts';
import { createPhone } from './sandbox/phone.ts';
import { freshPhone, SAMPLE, showTries } from './sandbox/tries.ts';
import { createWire } from './sandbox/wire.ts';
import { createVerification } from './verification.ts';
import { language, writeWords } from './words.ts';

const phone = createPhone((code) => verification.typeCode(code));
const verification = createVerification(createWire(phone.refresh));

byId('sample').addEventListener('click', () => {
  verification.startOver();
  fillDetails({ ...SAMPLE, phone: freshPhone() });
  byId('send').focus();
});
byId('language').addEventListener('click', () => {
  document.documentElement.lang = language() === 'ko' ? 'en' : 'ko';
  writeAll();
});
writeAll();
void phone.refresh();

function writeAll(): void {
  writeWords();
  byId('language').lang = language() === 'ko' ? 'en' : 'ko';
  verification.tick();
  phone.show();
  showTries(verification);
}
