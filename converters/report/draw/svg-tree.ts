import { escapeText } from '../page/html.ts';

/**
 * As much of a document as Observable Plot needs to draw without a browser: a tree of elements that is written out as SVG. Style
 * sheets and style attributes are left out, since the page's own is the one that its policy lets in; so is what marks say of
 * themselves, since the drawing has one description as a whole.
 */
export class SvgElement {
  readonly tagName: string;
  readonly namespaceURI: string;
  readonly ownerDocument = svgDocument;
  readonly children: SvgElement[] = [];
  readonly #attributes = new Map<string, string>();
  #content: (SvgElement | string)[] = [];
  parentNode: SvgElement | null = null;

  constructor(namespaceURI: string, tagName: string) {
    this.namespaceURI = namespaceURI;
    this.tagName = tagName;
  }

  setAttribute(name: string, value: unknown): void {
    this.#attributes.set(name, String(value));
  }
  setAttributeNS(_space: string, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }
  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }
  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }
  removeAttribute(name: string): void {
    this.#attributes.delete(name);
  }

  appendChild<T extends SvgElement | SvgText>(child: T): T {
    if (child instanceof SvgElement) {
      child.parentNode = this;
      this.children.push(child);
      this.#content.push(child);
    } else this.#content.push(child.data);
    return child;
  }
  /** Nothing that is drawn here is put before something else. */
  insertBefore<T extends SvgElement | SvgText>(child: T): T {
    return this.appendChild(child);
  }
  append(...children: (SvgElement | string)[]): void {
    for (const child of children) this.appendChild(typeof child === 'string' ? new SvgText(child) : child);
  }

  set textContent(text: string) {
    this.children.length = 0;
    this.#content = [String(text)];
  }

  toString(): string {
    if (this.tagName === 'style') return '';
    const attributes = [...this.#attributes]
      .filter(([name]) => name !== 'style' && (this.parentNode === null || !name.startsWith('aria-')))
      .map(([name, value]) => ` ${name}="${escapeText(MEASURES.has(name) ? rounded(value) : value)}"`)
      .join('');
    const content = this.#content
      .map((child) => (typeof child === 'string' ? escapeText(child) : child.toString()))
      .join('');
    return content === ''
      ? `<${this.tagName}${attributes}/>`
      : `<${this.tagName}${attributes}>${content}</${this.tagName}>`;
  }
}

class SvgText {
  readonly data: string;
  constructor(data: string) {
    this.data = data;
  }
}

const SVG = 'http://www.w3.org/2000/svg';

export const svgDocument = {
  documentElement: { namespaceURI: 'http://www.w3.org/1999/xhtml', ownerDocument: undefined as unknown },
  createElement: (name: string) => new SvgElement(SVG, name),
  createElementNS: (space: string, name: string) => new SvgElement(space, name),
  createTextNode: (text: string) => new SvgText(text),
};
svgDocument.documentElement.ownerDocument = svgDocument;

/** Attributes in pixels: a tenth of one is as fine as it can be seen. */
const MEASURES = new Set([
  ...['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'rx', 'width', 'height', 'd', 'transform', 'points'],
]);
const rounded = (value: string): string =>
  value.replaceAll(/-?\d+\.\d{2,}(?:e-?\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10));
