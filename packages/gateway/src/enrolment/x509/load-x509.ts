import type * as X509 from "@peculiar/x509";
import { provideReflectMetadata } from "./reflect.ts";

/** Loaded only when a certificate is made or read: it takes as long as the rest of a command. */
export async function loadX509(): Promise<typeof X509> {
  provideReflectMetadata();
  return import("@peculiar/x509");
}
