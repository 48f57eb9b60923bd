import { describeTunnel } from "./tunnel-contract.ts";
import { startGrpcRig, startLocalRig } from "./tunnel-rig.ts";

describeTunnel("to an agent in this process", startLocalRig);
describeTunnel("over gRPC", startGrpcRig);
