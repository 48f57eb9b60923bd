import type { RawDocument } from "../bson/raw-document.ts";
import { documentOf, stringOf, valueIn } from "../bson/read-value.ts";
import { loginSetting } from "../server-facts.ts";

/** Drivers keep all of it within 512 bytes. */
const MAX_CHARACTERS = 128;

/**
 * What a client's `hello` says of program, driver and host, as the settings of its login: plain texts of bounded length,
 * whatever the client sent.
 */
export function clientMetadata(client: RawDocument): Readonly<Record<string, string>> {
  const inside = (part: string, name: string): string | undefined => {
    const document = valueIn(client, part, documentOf);
    return document && valueIn(document, name, stringOf);
  };
  const settings = {
    [loginSetting.application]: inside("application", "name"),
    [loginSetting.driver]: joined(inside("driver", "name"), inside("driver", "version")),
    [loginSetting.platform]: valueIn(client, "platform", stringOf),
    [loginSetting.os]: joined(inside("os", "type"), inside("os", "name"), inside("os", "version")),
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, plain(value)]],
    ),
  );
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(" ");
}

function plain(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, MAX_CHARACTERS)
    .toWellFormed();
}
