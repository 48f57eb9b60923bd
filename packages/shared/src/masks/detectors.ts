import { cardNumber } from "./detectors/card-number.ts";
import { cloudKey } from "./detectors/cloud-key.ts";
import { customPattern } from "./detectors/custom-pattern.ts";
import type { Detector } from "./detectors/detector.ts";
import { email } from "./detectors/email.ts";
import { iban } from "./detectors/iban.ts";
import { jwt } from "./detectors/jwt.ts";
import { phone } from "./detectors/phone.ts";
import { privateKey } from "./detectors/private-key.ts";
import { usSsn } from "./detectors/us-ssn.ts";
import type { DetectorName, Find } from "./mask.ts";

const detectors: Readonly<Record<DetectorName, Detector>> = {
  "card-number": cardNumber,
  "us-ssn": usSsn,
  iban,
  email,
  phone,
  jwt,
  "cloud-key": cloudKey,
  "private-key": privateKey,
};

/** The detector that a policy names. Throws where its pattern is not one of RE2's syntax. */
export function detectorOf(detector: Find["detector"]): Detector {
  return typeof detector === "string" ? detectors[detector] : customPattern(detector.pattern);
}
