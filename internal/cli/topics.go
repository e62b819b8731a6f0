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

Of several files one that could not be read makes it 1, though others are
invalid: nothing can be concluded then.

'flowctl server' that is stopped with SIGINT or SIGTERM has done its work: 0.`

// SettingsHelp is the text of 'flowctl help settings'.
const SettingsHelp = `Flags go before variables, variables before the configuration file.

Where flows are kept (the first that is given counts):

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
Numbers are printed as they are spelt in the flow.

  flowctl list -o name | xargs flowctl export -d flows
  flowctl list --jq '.[] | select(.name | test("review")) | .id'
  flowctl get NAME --template '{{.name}}, {{time .updated_at}}{{"\n"}}'

When a list cannot be read to its end, what came of it is printed, an array is
left open so that nothing takes the part for the whole, and the exit code is 1.

On a terminal tables are cut to its width and times are relative; anywhere else
they are whole and exact. Control characters in names and texts are shown as
escapes there.`

const filesHelp = `PATH is a flow file, a folder (every *.json file below it, hidden ones left
out), a pattern such as 'flows/*.json', or - for standard input. A file that is
named twice is read once.

'flowctl status', 'plan', 'apply', 'pull' and 'diff' compare a folder of flow
files, one flow in each, with a server. The folder is the one with a
flowctl.lock: that of PATH or the nearest one above it, else PATH itself. A NAME
is looked for in the folder that is given with it, else in the one here.

flowctl.lock remembers which flow a file is on each server, and what the flow
was when it was last applied, pulled or exported. Commit it. A file that it does
not have is the flow with the id in the file, or the flow of a file with the
same content that is gone; else it is a new flow. A flow of the same name is
taken for it with --adopt only.

.flowctl.yaml in the folder, or above it in the repository, holds defaults:

  exclude: ["drafts/**"]       # left out of folders and patterns
  validate:
    strict: true               # warnings count as errors
    info: false
    disable: [unused-input]    # rules that are turned off
  profiles:
    prod: {env: env/prod.yaml} # 'flowctl help environments'`

const layoutsHelp = `The layout of a flow is where the browser draws it: positions, sizes, and the
sides of handles. It is a part of the flow file, next to each node. Compared and
merged it never counts: 'git diff', 'flowctl diff' and 'flowctl status' leave it
out, and it never conflicts.

  --layout inline   the file has the layout (the default)
  --layout drop     the file has none

What a file does not have of a flow's layout, 'flowctl apply' leaves on the
server as it is.`

const environmentsHelp = `The same flow files can go to several servers where models, knowledge bases,
groups and users have other ids. An environment is a YAML file with what they
are on one server: left what the flow files name, right the name or id there.

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

.flowctl.yaml can choose it for a profile ('flowctl help files'); --env= is none
then. Variables have to begin with FLOWCTL_VAR_, or be allowed with --var NAME.
'flowctl catalog' lists the names of a server. What the environment names has to
be there; what no flow uses is warned of, and fails with --strict.

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

Models of a run here are those of the server that flows are kept at, or of any
OpenAI-compatible address: --model-url http://localhost:11434 is Ollama, and
--model-url echo: answers with its prompt, without a network. Knowledge bases,
web search and files are those of the server.

--input NODE=TEXT and --input-file NODE=PATH are the value of an input node, by
its id or label. A flow with one input node needs no NODE=, and takes standard
input, too. One word before the = is always a NODE: write any text as NODE=TEXT.
--set NODE.FIELD=VALUE changes any other field of a node for this run.

An answer that was cut off, at the limit of tokens or by a content filter, is
warned of; with --strict the exit code is 3 then, as it is when a run fails.`
