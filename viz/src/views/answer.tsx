import { useMemo } from "preact/hooks";
import { bytes, change, count, decimalBytes, dollars, percent, rate, significant, time, watts } from "../format/numbers";
import { shown } from "../format/names";
import { Words } from "../format/words";
import { said } from "../i18n/terms";
import { assumedOf } from "../model/assumed";
import { answersOf, numberOf, type Answer, type Binding, type CollectiveAnswer, type Held, type Help, type Spread, type StepAnswer, type SweepAnswer, type Waited } from "../model/answer";
import type { Part } from "../model/bars";
import type { Recording } from "../schema";
import { answerText } from "./answer.strings";
import "./answer.css";
import type { View } from "./view";

export const answer: View = {
  id: "answer",
  text: () => answerText(),
  shows: (recordings) => recordings.some((recording) => answersOf(recording).length > 0),
  Body: ({ recordings }) => recordings.map((recording, index) => <Answers key={index} recording={recording} />),
};

const most = 4; // of one recording

function Answers({ recording }: { recording: Recording }) {
  const all = useMemo(() => answersOf(recording), [recording]);
  return (
    <>
      {all.slice(0, most).map((one, index) => (
        <AnswerCard key={index} recording={recording} answer={one} />
      ))}
      {all.length > most && <p class="note">{answerText().more(shown(recording.name), count(all.length - most))}</p>}
    </>
  );
}

interface Fact {
  id: string;
  label: string;
  value: string;
  note?: string;
}

function AnswerCard({ recording, answer: one }: { recording: Recording; answer: Answer }) {
  const text = answerText();
  const facts = factsOf(one);
  const helps = "helps" in one ? one.helps : [];
  const assumed = assumedOf(recording).length;
  if (assumed > 0) facts.push({ id: "assumed", label: text.assumed, value: count(assumed), note: text.assumedWhere });
  return (
    <article class="answer" data-kind={one.kind}>
      <p class="answer-sentence">
        <Words text={sentenceOf(one)} />
      </p>
      <dl class="facts">
        {facts.map((fact) => (
          <div key={fact.id} data-fact={fact.id}>
            <dt>{fact.label}</dt>
            <dd class={fact.value.length > 24 ? "long" : undefined}>
              <Words text={fact.value} />
            </dd>
            {fact.note && (
              <dd class="note">
                <Words text={fact.note} />
              </dd>
            )}
          </div>
        ))}
        {helps.length > 0 && <Helps helps={helps} />}
      </dl>
    </article>
  );
}

// Of the three that help most; bars as long as what they take away.
function Helps({ helps }: { helps: readonly Help[] }) {
  const text = answerText();
  const first = helps.slice(0, 3);
  const longest = Math.max(...first.map((help) => -help.change));
  return (
    <div class="helps" data-fact="helps">
      <dt>{text.help10}</dt>
      <dd>
        <table>
          <tbody>
            {first.map((help) => (
              <tr key={help.what}>
                <td>{shown(said(help.what), 60)}</td>
                <td class="number">{change(help.change)}</td>
                <td aria-hidden="true">
                  <svg width="90" height="8">
                    <rect width={(90 * -help.change) / longest} height="8" class="help-bar" />
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </dd>
    </div>
  );
}

function helpPhrase(helps: readonly Help[], asked: boolean): string[] {
  const text = answerText();
  const first = helps[0];
  if (first) return [text.help(shown(said(first.what), 60), change(first.change))];
  return asked ? [text.noHelp] : [];
}

// In the sentence; nothing where nobody asked.
function spreadPhrase(spread: Spread | null): string {
  const text = answerText();
  if (!spread) return "";
  if (spread.slowestPs <= spread.fastestPs) return text.noSpreadIn;
  const little = (spread.slowestPs - spread.fastestPs) / spread.slowestPs < 0.001;
  return little ? text.littleSpreadIn : text.spreadIn(time(spread.fastestPs), time(spread.slowestPs));
}

function bindingPhrase(binding: Binding | null): string[] {
  return binding ? [answerText().bindingLinks(shown(binding.tier), percent(binding.share))] : [];
}

function exposedPhrases(one: { exposedShare: number; largest: Waited | null }): string[] {
  const text = answerText();
  if (!one.largest) return [text.notExposed];
  const label = shown(said(one.largest.label));
  return [text.exposed(percent(one.exposedShare)), one.largest.moving ? text.mostlyMoving(label) : text.mostlyNotSent(label)];
}

function heldPhrase(held: Held | null): string[] {
  const text = answerText();
  if (!held) return [];
  return [held.part === null ? text.binding(shown(said(held.tier))) : text.heldByPart(partWord(held.part), percent(held.share ?? 0))];
}

// Of the parts that a collective has.
function partWord(part: Part): string {
  const text = answerText();
  return text[part as keyof Pick<typeof text, "launch" | "software" | "waiting" | "latency" | "serialisation" | "contention">];
}

function sweepPhrase({ fastest }: SweepAnswer): string[] {
  const text = answerText();
  if (!fastest) return [];
  const list = (values: readonly string[]) => values.map((value) => shown(value, 60)).join(text.comma);
  const [took, work, values] = [time(fastest.timePs), list(fastest.work), list(fastest.values)];
  return [work === "" ? text.sweepFastest(took, values) : text.sweepFastestAt(work, took, values)];
}

// Three digits of the factor; where they say nothing, the time is the same.
function comparePhrase(next: string, factor: number): string {
  const text = answerText();
  const digits = significant(factor, factor < 1.01 ? 5 : 3);
  return Number(digits) === 1 ? text.compareEqual(next) : text.compareNext(next, digits);
}

function sentenceOf(one: Answer): string {
  const text = answerText();
  const join = (head: string, parts: readonly string[], then: readonly string[] = []) =>
    [[head, ...parts].join(text.comma), ...then].join(text.semicolon) + text.stop;
  switch (one.kind) {
    case "collective": {
      const head =
        text.collective(shown(one.collective, 60), bytes(one.sizeBytes), count(one.ranks), shown(one.cluster), time(one.timePs)) +
        (one.spread ? text.spreadIn(time(one.spread.fastestPs), time(one.spread.slowestPs)) : "");
      return join(head, heldPhrase(one.held), helpPhrase(one.helps, one.asked));
    }
    case "step": {
      const { step } = one;
      const phase = step.phase === "decode" ? text.decode : step.phase === "prefill" ? text.prefill : text.training;
      const head = text.step(phase, shown(step.model), count(step.cards), shown(step.cluster), time(step.timePs)) + spreadPhrase(one.spread);
      return join(head, exposedPhrases(one), [...bindingPhrase(one.binding), ...helpPhrase(one.helps, one.asked)]);
    }
    case "program": {
      const { program } = one;
      const head = text.program(shown(program.name), count(program.cards), shown(program.cluster), time(program.timePs)) + spreadPhrase(one.spread);
      return join(head, exposedPhrases(one), [...bindingPhrase(one.binding), ...helpPhrase(one.helps, one.asked)]);
    }
    case "exchange":
      return join(
        text.exchange(shown(one.name), count(one.ranks), shown(one.cluster), time(one.layerPs) + spreadPhrase(one.spread), time(one.timePerTokenPs)),
        [],
        [...bindingPhrase(one.binding), ...helpPhrase(one.helps, one.asked)],
      );
    case "flows":
      return join(text.flows(count(one.flows), shown(one.lastName), time(one.endPs)), []);
    case "compare": {
      const head =
        text.compare(shown(one.workload), count(one.ranks), shown(one.best.cluster), time(one.best.timeUs * 1e6)) +
        (one.best.spread ? text.spreadIn(time(one.best.spread.fastestPs), time(one.best.spread.slowestPs)) : "");
      const next = one.others[0];
      return join(head, [], [
        ...(next ? [comparePhrase(shown(next.cluster), next.timeUs / one.best.timeUs)] : []),
        ...(one.overlap ? [text.compareOverlap] : []),
      ]);
    }
    case "topo":
      return join(text.topo(shown(one.cluster), count(one.endpoints), count(one.switches), count(one.links)), []);
    case "tune":
      return join(
        text.tune(count(one.worse), count(one.rows), shown(one.cluster)),
        [],
        one.worst && one.worst.gain > 1
          ? [text.tuneWorst(shown(one.worst.collective, 60), bytes(one.worst.sizeBytes), significant(one.worst.gain, 3))]
          : [],
      );
    case "sweep":
      return join(text.sweep(shown(one.experiment), count(one.done), count(one.points)), [], sweepPhrase(one));
  }
}

function factsOf(one: Answer): Fact[] {
  const text = answerText();
  switch (one.kind) {
    case "collective":
      return collectiveFacts(one);
    case "step":
      return stepFacts(one);
    case "program":
      return [
        { id: "busy", label: text.busy, value: percent(one.busyShare) },
        ...exposedFacts(one),
        ...sureFacts(one),
      ];
    case "exchange":
      return [{ id: "tokens", label: text.perSecond, value: significant(one.tokensPerSecond) }, ...sureFacts(one)];
    case "flows":
      return [];
    case "compare":
      return [
        ...one.others.slice(0, 4).map((other, index) => ({
          id: `other-${index}`,
          label: shown(other.cluster, 40),
          value: time(other.timeUs * 1e6),
        })),
        ...(one.cheapest
          ? [{ id: "cheapest", label: text.cheapest, value: shown(one.cheapest.cluster, 40), note: time(one.cheapest.timeUs * 1e6) }]
          : []),
      ];
    case "topo":
      return [
        ...(one.planes > 1 ? [{ id: "planes", label: text.planes, value: count(one.planes) }] : []),
        ...(one.diameter === null ? [] : [{ id: "diameter", label: text.diameter, value: text.hops(count(one.diameter)) }]),
        ...(one.costUsd === null ? [] : [{ id: "cost", label: text.cost, value: dollars(one.costUsd) }]),
        ...(one.powerW === null ? [] : [{ id: "power", label: text.power, value: watts(one.powerW) }]),
      ];
    case "tune":
      return one.worst
        ? [
            { id: "nccl", label: text.ncclChoice, value: shown(one.worst.nccl) },
            { id: "best", label: text.bestChoice, value: shown(one.worst.best) },
          ]
        : [];
    case "sweep":
      return one.failed > 0 ? [{ id: "failed", label: text.failed, value: count(one.failed) }] : [];
  }
}

function exposedFacts(one: { exposedShare: number; largest: Waited | null }): Fact[] {
  const fact = { id: "exposed", label: answerText().exposedFact, value: percent(one.exposedShare) };
  return [one.largest ? { ...fact, note: exposedPhrases(one).slice(1).join("") } : fact];
}

function notAsked(): Fact {
  const text = answerText();
  return { id: "helps", label: text.help10, value: text.notAsked, note: text.notAskedHow };
}

// How sure the time is, what binds, and whether what would help was asked.
function sureFacts(one: { spread: Spread | null; binding: Binding | null; asked: boolean }): Fact[] {
  const text = answerText();
  const { spread, binding } = one;
  const fact = { id: "spread", label: text.spread };
  return [
    !spread
      ? { ...fact, value: text.noSpread, note: text.noSpreadOfStepHow }
      : spread.slowestPs > spread.fastestPs
        ? { ...fact, value: `${time(spread.fastestPs)} … ${time(spread.slowestPs)}` }
        : { ...fact, value: text.noRange, note: text.noRangeWhy },
    ...(binding ? [{ id: "binding", label: text.bindingFact, value: shown(binding.tier), note: text.ofPath(percent(binding.share)) }] : []),
    ...(one.asked ? [] : [notAsked()]),
  ];
}

function collectiveFacts(one: CollectiveAnswer): Fact[] {
  const text = answerText();
  const facts: Fact[] = [{ id: "busbw", label: text.busbw, value: rate(one.busbwGBps) }];
  if (one.boundUs !== null) {
    const factor = text.timesBound(significant(one.timeUs / one.boundUs, 3));
    facts.push({ id: "bound", label: text.bound, value: time(one.boundUs * 1e6), note: `${factor}; ${shown(said(one.boundReason))}` });
  }
  facts.push(
    one.spread
      ? { id: "spread", label: text.spread, value: `${time(one.spread.fastestPs)} … ${time(one.spread.slowestPs)}` }
      : one.spreadAsked
        ? { id: "spread", label: text.spread, value: text.noRange, note: text.noRangeWhy }
        : { id: "spread", label: text.spread, value: text.noSpread, note: text.noSpreadHow },
  );
  facts.push({ id: "algorithm", label: text.algorithm, value: shown(one.algorithm), note: shown(one.protocol) });
  if (one.routing) {
    facts.push({ id: "routing", label: text.routing, value: shown(one.routing), ...(one.stack ? { note: text.stackNote(shown(one.stack)) } : {}) });
  }
  if (one.largest) {
    const part = partWord(one.largest.part);
    facts.push({
      id: "largest",
      label: text.largest,
      value: one.largest.owner === "" ? part : `${shown(one.largest.owner)}: ${part}`,
      note: percent(one.largest.share),
    });
  }
  if (one.smallest) facts.push({ id: "small", label: text.small, value: time(one.smallest.timePs), note: bytes(one.smallest.sizeBytes) });
  if (one.measured) {
    facts.push({
      id: "measured",
      label: text.measured,
      value: time(one.measured.timeUs * 1e6),
      note: text.measuredChange(shown(one.measured.source), change(one.timeUs / one.measured.timeUs - 1)),
    });
  }
  if (!one.asked) facts.push(notAsked());
  return facts;
}

function stepFacts(one: StepAnswer): Fact[] {
  const text = answerText();
  const { step } = one;
  const facts: Fact[] = [
    { id: "tokens", label: text.tokens, value: count(Math.round(step.tokensPerSecond)) },
    { id: "busy", label: text.busy, value: percent(one.busyShare) },
    ...exposedFacts(one),
  ];
  if (step.training) {
    facts.push({ id: "mfu", label: text.mfu, value: percent(step.training.mfuCausal) });
    const days = numberOf(step.training.trainDays);
    if (days !== null) facts.push({ id: "days", label: text.days, value: text.daysText(significant(days, 3)) });
  }
  if (step.memory) {
    const card = numberOf(step.memory.cardBytes);
    facts.push({
      id: "memory",
      label: text.memory,
      value: decimalBytes(step.memory.totalBytes),
      ...(card === null ? {} : { note: text.ofCard(decimalBytes(card)) }),
    });
  }
  facts.push(...sureFacts(one));
  return facts;
}
