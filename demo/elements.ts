/** Elements by their ids, which index.html has: one that is missing is a defect and shows at once. */
export const byId = (id: string): HTMLElement => document.getElementById(id)!;
export const inputById = (id: string): HTMLInputElement => byId(id) as HTMLInputElement;
export const fieldsetById = (id: string): HTMLFieldSetElement => byId(id) as HTMLFieldSetElement;
export const formById = (id: string): HTMLFormElement => byId(id) as HTMLFormElement;

/** An element with text; what is shown is never parsed as HTML. */
export function element(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}
