package run

// EngineHelp explains the two semantics: the text of 'flowctl help engine'.
const EngineHelp = `'flowctl run' has two semantics (--engine): "standard", the default, is what the
editor's guide promises; "browser" is exactly what the executor inside the
editor does, so that a run there can be reproduced and explained. Where they
differ, standard does this:

  CheckedFirst   cycles, loose edges, double ids and the like are refused, all
                 of them listed, before anything runs
  Order          a node runs as soon as everything it needs has finished, also
                 without an edge: {{id.output}}; others run at the same time
  Branches       only the chosen branch of a conditional runs
  Errors         what depends on a failed node is skipped, the rest goes on
  Interpolation  one pass; {{input}} is all inputs; a reference that does not
                 resolve is an error
  Files          files are what a node declares, not what a text looks like
  Model          all advanced settings are sent; answers are streamed, and one
                 without words is a failure
  Transform      an empty text is an input; extract takes a dotted path
  Loop           the body runs once a round, and its outputs are the loop's
                 results; rounds of count and array loops run side by side
  Output         json must be JSON, or the node fails
  Chunks         knowledge has one chunk per document with its score, and a web
                 search the text of its pages, not only their addresses
  Exact          numbers keep their spelling, objects the order of their keys

'flowctl run --explain' lists the places of a flow where the two may differ,
each with the name of the rule.

Limits: --parallel, --retries, --max-calls, --max-tokens, --max-time,
--max-memory; 10,000 rounds of all loops, 32 loops inside each other, 100,000
nodes run, 16 MiB for the result of a node. A run that reaches one fails with
exit code 3.

docs/engine.md in flowctl's repository has an example for each rule.`
