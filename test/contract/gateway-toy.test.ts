import { describeGateway } from "./gateway-contract.ts";
import { toyDriver } from "./toy-driver.ts";
import { toyProvocations } from "./toy-provocations.ts";

describeGateway(toyDriver, toyProvocations);
