// The page of the window: shows what the server says, and hands the result to the page that opened it.
const asked = Object.fromEntries(new URLSearchParams(location.search));
const at = (id) => document.getElementById(id);

function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** For a developer who reads no Korean: the provider's window is in Korean. */
const ENGLISH = { adult: 'adult', minor: 'minor', foreigner: 'foreigner', 'without-ci': 'no CI' };

function english(text) {
  return Object.assign(element('small', text), { lang: 'en' });
}

async function post(path, fields) {
  const answer = await fetch(path, { method: 'POST', body: JSON.stringify({ ...asked, ...fields }) });
  return answer.json();
}

function showPerson({ id, title, detail }, index) {
  const label = document.createElement('label');
  const input = Object.assign(document.createElement('input'), {
    type: 'radio',
    name: 'person',
    value: id,
    checked: index === 0,
  });
  const about = element('span', `${detail} · `, 'detail');
  about.append(english(ENGLISH[id] ?? id));
  label.append(input, element('span', title), about);
  at('people').append(label);
  if (index === 0) input.focus();
}

function showFailure(message) {
  at('failure').textContent = message;
  at('failure').hidden = false;
  document.querySelector('fieldset').hidden = true;
  at('approve').hidden = true;
  at('cancel').replaceChildren('닫기 ', english('Close'));
  at('cancel').focus();
}

let isOver = false;

async function finish(choice) {
  if (isOver) return;
  isOver = true;
  try {
    const { result, redirectTo } = await post('window/result', choice);
    if (redirectTo) location.replace(redirectTo);
    else hand(result);
  } catch {
    isOver = false;
    showFailure('샌드박스에 연결할 수 없어요.');
  }
}

/** The origin of a page that is opened as a file is `null`, which a message cannot be addressed to: it is sent to any origin. */
function hand(result) {
  const opener = globalThis.opener ?? (parent === globalThis ? null : parent);
  const target = asked.origin === 'null' ? '*' : asked.origin;
  if (opener && target) opener.postMessage({ ticket: asked.ticket, result }, target);
  else showFailure('이 창을 연 페이지가 없어요.');
}

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (at('approve').hidden) return;
  void finish({ person: new FormData(event.target).get('person') });
});
at('cancel').addEventListener('click', () => void finish({}));
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') void finish({});
});

try {
  const { people, failure, details } = await post('window/open', {});
  for (const [name, value] of details) at('asked').append(element('dt', name), element('dd', value));
  if (failure) showFailure(failure.message);
  else people.forEach(showPerson);
} catch {
  showFailure('샌드박스에 연결할 수 없어요.');
}
