// A cluster as flat arrays: devices and directed links in the order of the recording. Knows no colours and no words.

export const ACCELERATOR = 0;
export const NIC = 1;
export const SCALEUP_SWITCH = 2;
export const NETWORK_SWITCH = 3;

export const SCALE_UP = 0;
export const HOST = 1;
export const SCALE_OUT = 2;

/** By device. -1: does not apply. */
export interface DeviceColumns {
  count: number;
  kind: Uint8Array;
  tier: Int32Array; // network switches: 1 leaf, 2 spine, 3 core; others 0
  plane: Int32Array;
  pod: Int32Array;
  node: Int32Array;
  rail: Int32Array;
  domain: Int32Array; // cards that reach each other without the fabric, and the switches between them
  member: Int32Array; // of several clusters joined
  up: Uint8Array;
  forwards: Uint8Array; // a path may pass through
}

/** By directed link. Rates in bits per second of one direction, latencies in picoseconds. */
export interface LinkColumns {
  count: number;
  from: Uint32Array;
  to: Uint32Array;
  rate: Float64Array;
  nominalRate: Float64Array; // as built; `rate` is less where a fault left less
  latency: Float64Array;
  tier: Uint16Array; // index into Fabric.tierNames
  plane: Int32Array;
  kind: Uint8Array;
  up: Uint8Array;
}

/** Links by device in compressed rows: row d = [begin[d], begin[d + 1]) of `links`. */
interface LinkRows {
  begin: Uint32Array;
  links: Uint32Array;
}

/** What the links carried in one run, in link order. */
export interface Load {
  bytes: Float64Array;
  utilisation: Float64Array; // bytes x 8 / (rate x makespan); 0 where a link is down
}

function rowsBy(end: Uint32Array, devices: number): LinkRows {
  const begin = new Uint32Array(devices + 1);
  for (let l = 0; l < end.length; l++) begin[end[l]! + 1]!++;
  for (let d = 0; d < devices; d++) begin[d + 1]! += begin[d]!;
  const next = begin.slice(0, devices);
  const links = new Uint32Array(end.length);
  for (let l = 0; l < end.length; l++) links[next[end[l]!]!++] = l;
  return { begin, links };
}

export class FabricGraph {
  private outRows: LinkRows | undefined;
  private inRows: LinkRows | undefined;
  private byName: Map<string, number> | undefined;

  constructor(
    readonly name: string,
    readonly routing: string,
    readonly devices: DeviceColumns,
    readonly links: LinkColumns,
    readonly tierNames: readonly string[],
    readonly memberNames: readonly string[],
    readonly faults: readonly string[],
    /** Any text: goes into text nodes only. */
    readonly deviceName: (device: number) => string,
    private readonly givenLinkName: (link: number) => string,
  ) {}

  /** Links that leave a device, ascending. */
  outLinks(device: number): Uint32Array {
    this.outRows ??= rowsBy(this.links.from, this.devices.count);
    return this.outRows.links.subarray(this.outRows.begin[device]!, this.outRows.begin[device + 1]!);
  }

  /** Links that enter a device, ascending. */
  inLinks(device: number): Uint32Array {
    this.inRows ??= rowsBy(this.links.to, this.devices.count);
    return this.inRows.links.subarray(this.inRows.begin[device]!, this.inRows.begin[device + 1]!);
  }

  linkName(link: number): string {
    const ends = `${this.deviceName(this.links.from[link]!)} -> ${this.deviceName(this.links.to[link]!)}`;
    const name = this.givenLinkName(link);
    return name ? `${name}: ${ends}` : ends;
  }

  /** The device of that name, or -1. */
  findDevice(name: string): number {
    if (!this.byName) {
      this.byName = new Map();
      for (let d = 0; d < this.devices.count; d++) this.byName.set(this.deviceName(d), d);
    }
    return this.byName.get(name) ?? -1;
  }

  /** Height in a drawing: cards 0, NICs and scale-up switches 1, leaves 2, spines 3, cores 4. */
  level(device: number): number {
    switch (this.devices.kind[device]) {
      case ACCELERATOR:
        return 0;
      case NIC:
      case SCALEUP_SWITCH:
        return 1;
      default:
        return 1 + Math.max(1, this.devices.tier[device]!);
    }
  }

  isUp(link: number): boolean {
    return this.links.up[link] !== 0;
  }

  /** Carries less than it was built for. */
  isDegraded(link: number): boolean {
    return this.isUp(link) && this.links.rate[link]! < this.links.nominalRate[link]!;
  }

  /** Planes that have links, ascending; -1 where links belong to none (scale-up, or a plain graph). */
  planes(): number[] {
    return [...new Set(this.links.plane)].sort((a, b) => a - b);
  }

  accelerators(): Uint32Array {
    const found: number[] = [];
    for (let d = 0; d < this.devices.count; d++) if (this.devices.kind[d] === ACCELERATOR) found.push(d);
    return Uint32Array.from(found);
  }
}
