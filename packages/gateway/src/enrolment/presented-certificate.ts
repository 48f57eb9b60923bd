import { readFile } from "node:fs/promises";
import { GatewayError } from "@sallyport/shared/errors";

/** What a server of the gateway presents: PEM, the certificate with that of its authority behind it, so that agents can pin that. */
export interface PresentedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What the gateway's servers present, which may be renewed while they run. */
export interface ServerCertificate extends Disposable {
  readonly current: PresentedCertificate;
  /** Calls back with every new one. Returns how to stop. */
  onRenewed(listener: (renewed: PresentedCertificate) => void): () => void;
}

/** An operator's certificate and key, as they are when the gateway starts. */
export async function readServerCertificate(files: {
  readonly certificateFile: string;
  readonly keyFile: string;
}): Promise<ServerCertificate> {
  try {
    const [certificate = "", key = ""] = await Promise.all(
      [files.certificateFile, files.keyFile].map((file) => readFile(file, "utf8")),
    );
    const current = { certificate, key };
    return { current, onRenewed: () => () => undefined, [Symbol.dispose]: () => undefined };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("internal/unexpected", `the gateway's certificate cannot be read: ${reason}`, { cause });
  }
}
