// `--import tsx` by itself reaches the first thread only: Node 20 has each thread load what it is to load with.
import { register } from 'tsx/esm/api';

register();
