import './main.css';
import { connectControls } from './controls.ts';
import { byId } from './elements.ts';
import { fillDetails } from './form.ts';
import { createPhone } from './sandbox/phone.ts';
import { freshPhone, SAMPLE, showTries } from './sandbox/tries.ts';
import { createWire } from './sandbox/wire.ts';
import { createVerification } from './verification.ts';
import { readReturn } from './window.ts';
import { isLanguage, language, writeWords } from './words.ts';

const query = new URLSearchParams(location.search);
history.replaceState(null, '', location.pathname); // ids do not belong into a history or a referrer
const asked = query.get('language');
if (isLanguage(asked)) document.documentElement.lang = asked;

const phone = createPhone((code) => verification.typeCode(code));
const verification = createVerification(createWire(phone.refresh));
connectControls(verification);

byId('sample').addEventListener('click', () => {
  verification.enter('details');
  fillDetails({ ...SAMPLE, phone: freshPhone() });
  byId('send').focus();
});
byId('language').addEventListener('click', () => {
  document.documentElement.lang = language() === 'ko' ? 'en' : 'ko';
  writeAll();
});
writeAll();
void phone.refresh();
const end = readReturn(query);
if (end) verification.comeBack(end);

function writeAll(): void {
  writeWords();
  byId('language').lang = language() === 'ko' ? 'en' : 'ko';
  verification.tick();
  phone.show();
  showTries(verification);
}
