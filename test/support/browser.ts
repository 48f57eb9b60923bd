/** A browser without a screen: it follows redirects, keeps cookies, and fills in forms. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #name: string;

  /** Of a person who logs in by this name and agrees to everything. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Opens a page and goes on, form by form, until a page has none. Resolves to that page. */
  async visit(url: string): Promise<{ readonly url: string; readonly text: string }> {
    let page = await this.#load(url);
    for (let forms = 0; forms < 8; forms++) {
      const filled = this.#fill(page.text);
      if (filled === undefined) return page;
      page = await this.#load(new URL(filled.action, page.url).href, filled.fields);
    }
    throw new Error(`the forms at ${page.url} do not end`);
  }

  async #load(url: string, form?: URLSearchParams): Promise<{ readonly url: string; readonly text: string }> {
    let [next, body] = [url, form];
    for (let redirects = 0; redirects < 20; redirects++) {
      const response = await fetch(next, {
        redirect: "manual",
        headers: { cookie: [...this.#cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
        ...(body === undefined ? {} : { method: "POST", body }),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === "") this.#cookies.delete(key);
        else this.#cookies.set(key, value);
      }
      const location = response.headers.get("location");
      const text = await response.text();
      if (location === null) return { url: next, text };
      [next, body] = [new URL(location, next).href, undefined];
    }
    throw new Error(`${url} redirects without end`);
  }

  #fill(text: string): { readonly action: string; readonly fields: URLSearchParams } | undefined {
    const [, attributes = "", inner = ""] = /<form([^>]*)>(.*?)<\/form>/s.exec(text) ?? [];
    if (attributes === "") return undefined;
    const fields = new URLSearchParams();
    for (const [, input = ""] of inner.matchAll(/<(?:input|button)([^>]*)>/g)) {
      const name = attribute(input, "name");
      if (name !== undefined && name !== "abort") fields.set(name, attribute(input, "value") ?? "");
    }
    if (fields.has("login")) fields.set("login", this.#name);
    if (fields.has("password")) fields.set("password", "whatever");
    return { action: attribute(attributes, "action") ?? "", fields };
  }
}

function attribute(tag: string, name: string): string | undefined {
  const [, quoted] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return quoted?.replaceAll("&amp;", "&");
}
