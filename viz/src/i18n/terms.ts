import { language } from "./language";

// What polyplane says in a recording by rule, not as somebody's free text: names of what could be better, reasons of bounds,
// labels of steps, and what was left out. Its English forms are as fixed as the fields they stand in (terms.test.ts holds
// them against the sources that write them); here they have a Chinese form. Whatever else a recording holds stays as it is.

const words: Readonly<Record<string, string>> = {
  // sim/sensitivity.cpp
  "launch cost": "启动开销",
  "step cost inside scale-up domains": "scale-up 域内的每步开销",
  "step cost between scale-up domains": "scale-up 域间的每步开销",
  "message cost": "每条消息的开销",
  "work of processors": "处理器的工作",
  "speed of compute": "计算速度",
  // sim/bounds.cpp, sim/busiest_links.cpp
  latency: "延迟",
  launch: "启动",
  "latency or waiting": "延迟或等待",
  // collectives/training/chunk_pieces.cpp
  other: "其他",
  forward: "前向",
  backward: "反向",
  recompute: "重计算",
  optimiser: "优化器",
  "ep dispatch": "ep 分发",
  "ep combine": "ep 合并",
  "dp gradients": "dp 梯度",
  "dp parameters": "dp 参数",
  "tied embedding": "共享嵌入",
  // sim/view/cluster_recorder.cpp
  "loads over time of some runs: they would have to be run once more, flow by flow, for longer than a recording may take, or share no links (analytic model, steps in mode timed); --trace FILE writes them for ui.perfetto.dev":
    "部分运行随时间的负载：需逐流再运行一次，时间超出记录允许的范围，或本就不共享链路（解析模型、timed 模式的训练步）；--trace FILE 可写出供 ui.perfetto.dev 查看",
  "loads over time: nothing is run a second time for this recording; perf and run with --model flow --record FILE do":
    "随时间的负载：此记录不做第二次运行；perf 与 run 加 --model flow --record FILE 会记录",
};

const rules: readonly (readonly [RegExp, string])[] = [
  [/^rate of (.+)$/s, "$1 的速率"],
  [/^latency of (.+)$/s, "$1 的延迟"],
  [/^bytes out of all (cards|scale-up domains|members)$/, "所有$1发出的字节"],
  [/^bytes into all (cards|scale-up domains|members)$/, "所有$1收到的字节"],
  [/^bytes out of the domain of ([^,]+)$/, "$1 所在域发出的字节"],
  [/^bytes into the domain of ([^,]+)$/, "$1 所在域收到的字节"],
  [/^bytes out of the member of ([^,]+)$/, "$1 所在成员集群发出的字节"],
  [/^bytes into the member of ([^,]+)$/, "$1 所在成员集群收到的字节"],
  [/^bytes out of ([^,]+)$/, "$1 发出的字节"],
  [/^bytes into ([^,]+)$/, "$1 收到的字节"],
  [/^the graph: it has more than (\d+) directed links$/, "图：有向链路超过 $1 条"],
  [/^where the time goes: of (\d+ of \d+) results; --explain --record FILE keeps it of all$/, "时间花在哪里：$1 个结果的组成；--explain --record FILE 会保留全部"],
  [/^lanes: a single actor has more than (\d+) operations; --trace FILE writes them for ui\.perfetto\.dev$/, "时间线：单个执行者的操作超过 $1 个；--trace FILE 可写出供 ui.perfetto.dev 查看"],
  [
    /^all but the result: (.+) holds no more; --record FILE keeps the cluster, bytes of links, loads over time and lanes, too$/s,
    "除结果之外的全部：$1 不含更多；--record FILE 还会保留集群、链路字节、随时间的负载与时间线",
  ],
];

const plurals: Readonly<Record<string, string>> = { cards: "卡", "scale-up domains": " scale-up 域", members: "成员集群" };

export function said(text: string): string {
  if (language.value !== "zh") return text;
  const word = Object.hasOwn(words, text) ? words[text] : undefined;
  if (word !== undefined) return word;
  for (const [form, chinese] of rules) {
    const found = form.exec(text);
    if (found) return chinese.replace("$1", () => plurals[found[1]!] ?? found[1]!);
  }
  return text;
}

// All of it, for the test.
export const saidWords: readonly string[] = Object.keys(words);
