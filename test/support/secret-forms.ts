const MIN_LENGTH = 8;
/** Three bytes become four characters, so what stands before a text decides how it is written. */
const ALIGNMENTS = [0, 1, 2];

/** A text as it is, and as it looks in JSON, in a URL, in hex and in base64, wherever in the base64 it begins. */
export function formsOf(secret: string): readonly string[] {
  if (secret.length < MIN_LENGTH) throw new Error("too short to be found by no accident");
  const bytes = [Buffer.from(secret), ...(/^([0-9a-f]{2})+$/i.test(secret) ? [Buffer.from(secret, "hex")] : [])];
  return [
    ...new Set([
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      ...bytes.flatMap((one) => [one.toString("hex"), one.toString("hex").toUpperCase(), ...base64Of(one)]),
    ]),
  ];
}

/** The first of the secrets' forms that stands in a text. */
export function secretIn(text: string, secrets: readonly string[]): string | undefined {
  return secrets.flatMap(formsOf).find((form) => text.includes(form));
}

function base64Of(bytes: Buffer): readonly string[] {
  return ALIGNMENTS.flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    // the characters that the neighbours have a part in are left out
    const inner = whole.toString("base64url").slice(Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3));
    return [inner, inner.replaceAll("-", "+").replaceAll("_", "/")];
  });
}
