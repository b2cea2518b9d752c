import type { Recording } from "../schema";

// Sentences about what no public source states, each once: of the clusters and the stack, of steps and traces.
export function assumedOf(recording: Recording): string[] {
  return [...new Set(recording.assumed.length > 0 ? recording.assumed : assumedInResult(recording))];
}

function assumedInResult({ result }: Recording): string[] {
  switch (result.case) {
    case "report": {
      const { cluster, clusters, steps, programs } = result.value;
      const ofClusters = (cluster ? [cluster] : clusters).flatMap((one) => one.assumed);
      // A warning about memory (sim/run_steps.cpp) is no assumption.
      const ofSteps = steps.flatMap((step) => step.notes.filter((note) => !/^step .* on its fullest card \(/s.test(note)));
      return [...ofClusters, ...ofSteps, ...programs.flatMap((program) => program.notes)];
    }
    case "compare":
      return result.value.clusters.flatMap((cluster) => cluster.assumed);
    case "validate":
      return result.value.systems.flatMap((system) => system.assumed);
    case "topo":
    case "tune":
      return result.value.assumed;
    default:
      return [];
  }
}
