/** Every text of the page. */
export const t = {
  product: 'CLASP router',
  now: 'now',
  unknown: '–',
  noAnswer: 'The router does not answer.',
  refused: (status: number) => `The router refused it (${status}).`,
  units: { s: 's', min: 'min', h: 'h', d: 'd' },

  header: {
    version: (version: string) => `version ${version}`,
    uptime: (duration: string) => `up ${duration}`,
  },

  connection: {
    label: 'Connection to the router',
    connecting: 'Connecting',
    live: 'Live',
    tokenWanted: 'Token wanted',
    retrying: 'Reconnecting',
    waiting: (attempt: number, seconds: number) => `Reconnecting in ${seconds} s (attempt ${attempt})`,
    retryNow: 'Try now',
    lost: 'No connection to the router. What you see is the last that arrived.',
    never: 'The router does not answer yet. This page keeps trying.',
    reason: (reason: string) => `The router said: ${reason}`,
  },

  token: {
    title: 'This router wants a token',
    why: 'The console shows what the token may read. Sessions and counters need one with admin:/**.',
    label: 'Token',
    submit: 'Connect',
    kept: 'It stays in this tab until the tab is closed, and is sent to this router only.',
    ticketUsed: 'The address was good for one visit, and is used or too old. Ask for another with clasp console.',
    forget: 'Forget the token',
    noStatus: 'This token may not see sessions and counters: that needs admin:/**.',
    notAll: 'This token may not read all addresses. You see those that it may read.',
    notFollowed:
      'This token may not read all addresses. Some of those that it may read are shown as they were when the page connected.',
  },

  pairing: {
    open: 'Pair a device',
    title: 'Pair a device',
    how: (server: string) => `On the device: clasp pair ${server} – and then this code:`,
    left: (seconds: number, attempts: number) =>
      `${seconds} s left, ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}`,
    allows: (scopes: string) => `Good for one device, which may then ${scopes}`,
    scopes: 'What the device may do',
    show: 'Show a code',
    withdraw: 'Take the code back',
    close: 'Close',
    over: 'The code was used, or is no longer good. Sessions shows whether the device has come.',
    noAnswer: 'The router does not answer.',
  },

  counters: {
    label: 'Counters',
    sessions: 'Sessions',
    parameters: 'Parameters',
    subscriptions: 'Subscriptions',
    messagesIn: 'Messages in/s',
    messagesOut: 'Messages out/s',
    dropped: 'Dropped',
    droppedHelp: 'Values and samples that slow sessions missed since the router started',
  },

  toolbar: {
    filter: 'Filter addresses',
    placeholder: 'Filter: text, or a pattern such as /lights/**',
    clear: 'Clear the filter',
    pause: 'Pause',
    resume: 'Resume',
    waiting: (changes: string) => `${changes} changes waiting`,
    count: (shown: string, all: string) => (shown === all ? all : `${shown} of ${all}`),
  },

  parameters: {
    title: 'Parameters',
    trendOf: (address: string) => `Last values of ${address}`,
    loading: 'Loading …',
    noMatch: (filter: string) => `No address matches “${filter}”.`,
  },

  types: {
    integer: 'integer',
    number: 'float',
    boolean: 'boolean',
    text: 'text',
    colour: 'colour',
    bytes: 'bytes',
    list: 'list',
    map: 'map',
    null: 'null',
  },

  value: {
    on: 'true',
    off: 'false',
    nothing: 'null',
    bytes: (count: number) => (count === 1 ? '1 byte' : `${count} bytes`),
  },

  signals: {
    title: 'Events and streams',
    none: 'Nothing yet. Events, streams and gestures appear here as they pass; the router does not keep them.',
    event: 'event',
    stream: 'stream',
    gesture: 'gesture',
    timeline: 'timeline',
    param: 'param',
    kindHelp: 'Samples that follow each other quickly, and more than three events, are one line.',
    times: (count: string) => `×${count}`,
    clear: 'Clear',
  },

  empty: {
    title: 'No parameters yet',
    lead: 'The router runs and waits for somebody to write. Three ways to begin:',
    demo: 'Play moving lights, in a terminal in the CLASP folder',
    set: 'Set a value by hand',
    code: 'Write from your own program',
    copy: 'Copy',
    copied: 'Copied',
  },

  footer: {
    notices: 'Licences',
    json: 'Figures as JSON',
  },
} as const;
