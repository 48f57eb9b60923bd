import { GatewayError } from "@sallyport/shared/errors";

const MOST_SHOWN = 20;

/** Documents that cannot be applied, with what is wrong with them. */
export function faultyDocuments(problems: readonly string[]): GatewayError {
  const more = problems.length - MOST_SHOWN;
  const detail = [...problems.slice(0, MOST_SHOWN), ...(more > 0 ? [`And ${more} more.`] : [])].join("\n");
  return new GatewayError("store/invalid", `${problems.length} problems with documents`, { detail });
}
