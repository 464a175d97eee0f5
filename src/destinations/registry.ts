import type { DestinationType } from './contract.ts';
import { servicepattern } from './servicepattern/servicepattern-destination.ts';
import { thulium } from './thulium/thulium-destination.ts';
import { xm } from './xm/xm-destination.ts';

/** Every chat system. Adding one is its folder and its line here. */
export const DESTINATION_TYPES: readonly DestinationType[] = [thulium, xm, servicepattern];
