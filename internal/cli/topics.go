package cli

// The texts of the help topics, see NewTopicCmds.

const rulesHelp = `'flowctl validate' reports these rules. 'flowctl help rules CODE' explains one
with an example; --disable CODE, or .flowctl.yaml, turns one off.`

const exitCodesHelp = `flowctl exits with one of these codes:

  0    done
  1    failed: no answer from the server, a file that cannot be read, ...
  2    usage: a flag or argument is wrong or missing; nothing was done
  3    differences found, files invalid, or the run failed
  4    not signed in, or not allowed
  5    some of several things failed; each has been reported
  6    conflict: exists already, has changed meanwhile, or the name is ambiguous
  130  interrupted with Ctrl-C or SIGTERM

If one of several files cannot be read, the code is 1, even if others are
invalid.

'flowctl server' exits with 0 when it is stopped with SIGINT or SIGTERM.`

// SettingsHelp is the text of 'flowctl help settings'.
const SettingsHelp = `Flags override variables, and variables override the configuration file.

Where flows are kept (the first that is set counts):

  --server, --profile
  FLOWCTL_SERVER    URL of the server
  FLOWCTL_PROFILE   name of a profile, or "local" for the store on this machine
  the profile in use ('flowctl profile use'), else the local store

Who you are:

  --token
  FLOWCTL_TOKEN     token or API key. With FLOWCTL_SERVER it is for that server
                    alone
  what 'flowctl login' stored for the profile

Models of 'flowctl run':

  FLOWCTL_MODEL_URL   default of --model-url
  FLOWCTL_MODEL_KEY   key for it. With FLOWCTL_MODEL_URL it is for that address
                      alone
  FLOWCTL_MODEL_HEADERS
                      headers for it, as for --model-header, one a line;
                      likewise

Settings:

  FLOWCTL_OUTPUT      default of --output
  FLOWCTL_HEADERS     headers for the server, as for --header, one a line. With
                      FLOWCTL_SERVER they are for that server
  FLOWCTL_CA_CERT     a PEM file of further trusted certificates (--ca-cert)
  FLOWCTL_TIMEOUT     default of --timeout, such as 30s
  FLOWCTL_NO_KEYRING  if set, tokens are kept in a file and not in the keyring
  NO_COLOR            if set, no colours
  FORCE_COLOR         if set, colours even off a terminal
  VISUAL, EDITOR      what 'flowctl edit' opens
  FLOWCTL_PAGER, PAGER
                      what long tables go through on a terminal; empty for none
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Files:

  FLOWCTL_CONFIG    the configuration. Default: flowctl/config.yaml in
                    XDG_CONFIG_HOME, or in ~/.config. Tokens without a keyring
                    are in tokens.json next to it
  FLOWCTL_DATA      the folder of the local store. Default: flowctl in
                    XDG_DATA_HOME, or in ~/.local/share

'flowctl server' reads:

  FLOWCTL_DB        the database, where a URL with a password should not be seen
                    on the command line
  FLOWCTL_LISTEN    the address to listen on

The configuration file has these settings, none of them needed:

  profile: work             # the one in use
  output: text
  timeout: 1m
  profiles:
    - name: work
      server: https://flows.example.com`

const outputHelp = `Results go to stdout, words and questions to stderr.

  -o text    words and columns for people; the default
  -o wide    every column
  -o json    what the server sent, indented; lists are arrays
  -o jsonl   one compact JSON value a line
  -o yaml    the same values
  -o name    ids (or names) alone, one a line, fit for xargs

--jq filters the JSON with a jq program; texts are printed bare. --template
formats it with a Go template, which also knows json, join, truncate and time.
Numbers are printed as the flow has them.

  flowctl list -o name | xargs flowctl export -d flows
  flowctl list --jq '.[] | select(.name | test("review")) | .id'
  flowctl get NAME --template '{{.name}}, {{time .updated_at}}{{"\n"}}'

If a list cannot be read to its end, the part that arrived is printed, with the
JSON array left open so that no program mistakes it for the whole list, and the
exit code is 1.

On a terminal tables are cut to its width, times are relative, and control
characters are escaped; anywhere else everything is whole and exact.`

const filesHelp = `PATH is a flow file, a folder (every *.json file below it, hidden ones left
out), a pattern such as 'flows/*.json', or - for standard input. A file that is
named twice is read once.

'flowctl status', 'plan', 'apply', 'pull' and 'diff' compare a folder of flow
files, one flow in each, with a server. The folder is the one with a
flowctl.lock: that of PATH or the nearest one above it, else PATH itself. A NAME
is looked for in the folder that is given with it, else in the one here.

flowctl.lock records which flow a file is on each server, and what the flow was
when it was last applied, pulled or exported. Commit it. A file that is not in
it is the flow with the id in the file, or that of a deleted file with the same
content, else a new flow. With --adopt it can also be the flow with its name.

.flowctl.yaml in the folder, or above it in the repository, holds defaults:

  exclude: ["drafts/**"]       # left out of folders and patterns
  validate:
    strict: true               # warnings count as errors
    info: false
    disable: [unused-input]    # rules that are turned off
  profiles:
    prod: {env: env/prod.yaml} # 'flowctl help environments'
  templates: templates         # 'flowctl help templates'`

const templatesHelp = `'flowctl new' makes a flow from a template: a flow file with parameters.

  {
    "flow": {
      "name": "Letter to {{param.who}}",
      "nodes": [ ... "prompt": "Write to {{param.who}}: {{input}}" ... ],
      "edges": [ ... ]
    },
    "template": {
      "title": "A letter",
      "description": "Writes a letter from notes.",
      "parameters": [
        {"name": "who", "description": "whom it is for"},
        {"name": "words", "type": "number", "default": 200}
      ]
    }
  }

{{param.NAME}} may be in any text of the flow. The type is string (the default),
number, boolean or model, which is the id of a model. A text that is nothing but
a placeholder becomes the value itself, such as a number. A parameter without a
default needs a value: 'flowctl new' asks for it, or takes --set NAME=VALUE.
Defaults and values have no placeholders.

A flow file without "template" is a template without parameters. So is a version
of a flow on the server, whose placeholders are its parameters: after 'flowctl
label NAME template', others use it as NAME@template.

  flowctl new --template letter.json --set who=Ann
  flowctl new "To Ann" --template letter --set who=Ann -f flows/ann.json

For the second, letter.json is in the folder of templates of the repository,
which .flowctl.yaml names, from the folder that it is in:

  templates: templates

Files below that folder, and links, are left out. Keep it out of the folder of
flows: 'flowctl apply' refuses templates. 'flowctl validate' checks them.`

const layoutsHelp = `The layout of a flow is where the browser draws it: positions, sizes, and the
sides of handles. It is a part of each node in the flow file, but never a
difference or a conflict: 'git diff', 'flowctl diff' and 'flowctl status' ignore
it.

  --layout inline   the file has the layout (the default)
  --layout drop     the file has none

Without a layout in the file, 'flowctl apply' keeps the one on the server.`

const environmentsHelp = `The same flow files can go to several servers on which models, knowledge bases,
groups and users have other ids. An environment is a YAML file for one server:
left the name in the flow files, right the name or id there.

  models:
    gpt-4o: llama3.1:8b
  knowledge_bases:
    handbook: ${FLOWCTL_VAR_HANDBOOK}
  groups:
    reviewers: Reviewers
  users:
    ann: ann@example.com

  flowctl plan flows --profile prod --env env/prod.yaml
  flowctl apply flows --profile prod --env env/prod.yaml

.flowctl.yaml can choose it for a profile ('flowctl help files'); --env= turns
it off. Variables must begin with FLOWCTL_VAR_, or be allowed with --var NAME.
'flowctl catalog' lists the names on a server. A name that is not there is an
error; a name that no flow uses is a warning, and an error with --strict.

The variables that flowctl itself reads: 'flowctl help settings'.`

const operationHelp = `Runs. With --model-url or --backend-url the server runs a flow when a client
asks for it; without, clients run flows themselves. Web search nodes fetch pages
of the hosts that --allow-host names, and no others; addresses of private
networks only if they are named themselves, whatever a name or a redirect leads
to.

Knowledge, web search and files are those of --backend-url. Everybody who may
run a flow uses them with the rights of the key in --backend-key-file: choose an
account that can read only what all your users may read.

Certificates. A renewed certificate is read again when its files change.

Signals. SIGINT, SIGTERM and SIGHUP stop the server: it takes no new requests,
ends runs and records them as aborted, finishes the requests under way, and
exits with 0. A second signal ends it at once.

The API is described at /docs and /openapi.json; metrics are at /metrics.
docs/server.md in flowctl's repository has accounts, Postgres and proxies.`

const runsHelp = `A flow file runs on this machine. A flow of a server runs there if the server
runs flows, which keeps the execution; else it runs here, as it does with --set,
--model, --model-url or FLOWCTL_MODEL_URL, --model-header, --strip-thinking,
--parallel, --retries and an image as input. --on here and --on server choose.

A run here uses the models of the server that keeps the flows, or of any
OpenAI-compatible address: --model-url http://localhost:11434 is Ollama, and
--model-url echo: answers with its prompt, without a network. Knowledge bases,
web search and files are those of the server.

--input NODE=TEXT and --input-file NODE=PATH are the value of an input node, by
its id or label. A flow with one input node needs no NODE=, and takes standard
input, too. One word before the = is always a NODE: write any text as NODE=TEXT.
--set NODE.FIELD=VALUE changes any other field of a node for this run.

An answer that was cut off, at the limit of tokens or by a content filter, is a
warning, and exit code 3 with --strict, as when a run fails.`

const versionsHelp = `NAME@VERSION is a flow as it was, for 'flowctl get', 'export', 'run', 'diff',
'label' and 'rollback'. VERSION is one of:

  7                  the number that 'flowctl history NAME' lists
  -1                 the one before the newest, -2 the one before that, ...
  published          a label ('flowctl label NAME@7 published')
  2026-11-01         as it was at the end of that day
  2026-11-01T14:30   as it was then, in UTC unless it ends with a zone (+02:00)

If a flow's whole name has an @ in it, that flow is meant.

'flowctl server', and the store on this machine, keep versions: each write that
changes what an author wrote makes one. A version does not say who may see the
flow; that stays as it is now.

Open WebUI keeps none. There the versions are those in git, of flows that have a
file with a line in flowctl.lock: numbers are then names of commits, labels are
tags or branches, and 'flowctl rollback' restores the file and applies it.

  flowctl diff "Content review@-1"
  flowctl rollback "Content review"
  flowctl run "Content review@published"`
