import type { Api } from './api';
import { Refused } from './api';
import type { Parameter, Parameters } from './parameters';

/** What `/api/parameters` says of one. */
interface Answer {
  address: string;
  revision: number;
  writer?: string;
  lockHolder?: string;
  expiresInSeconds?: number;
}

/** Milliseconds after which it is asked again: about what has changed, and about what has not. */
const CHANGED = 2_000;
const UNCHANGED = 15_000;
/** Questions at a time. */
const QUESTIONS = 6;
/** Parameters that the router tells of in one answer. */
const LIMIT = 1000;

/**
 * Finds out what the wire does not say: who wrote a parameter, who holds its lock, when it ends, and that it has ended. It
 * asks about what is looked at only, and about neighbours together, if they are not more than fit into an answer.
 */
export class Details {
  private busy = false;
  /** The router does not tell us. */
  private refused = false;
  /** Whose children do not fit into one answer: they are asked about one by one. */
  private readonly large = new Set<string>();

  constructor(
    private readonly api: Pick<Api, 'get'>,
    private readonly parameters: Parameters,
    private readonly now: () => number = Date.now,
  ) {}

  /** Asks about those of the addresses of which too little is known. Says whether anything new came. */
  async look(addresses: readonly string[]): Promise<boolean> {
    if (this.busy || this.refused) {
      return false;
    }
    const wanted = new Map<string, Parameter[]>();
    for (const address of addresses) {
      const parameter = this.parameters.get(address);
      // The router would refuse to look for one without a slash, and that would end all questions.
      if (parameter && address.startsWith('/') && this.isDue(parameter)) {
        const parent = address.slice(0, address.lastIndexOf('/'));
        const group = this.large.has(parent) ? address : `${parent}/`;
        wanted.set(group, [...(wanted.get(group) ?? []), parameter]);
      }
    }
    if (wanted.size === 0) {
      return false;
    }
    this.busy = true;
    let news = false;
    try {
      // Those that wait longest: what changes all the time does not keep the others from it.
      const due = [...wanted.values()].sort(([a], [b]) => a!.askedAt - b!.askedAt);
      for (const parameters of due.slice(0, QUESTIONS)) {
        news = (await this.ask(parameters)) || news;
      }
    } catch (e) {
      // 0 is silence; what the token may not see, it will not see later.
      this.refused = e instanceof Refused && e.status >= 400 && e.status < 500 && e.status !== 429;
    } finally {
      this.busy = false;
    }
    return news;
  }

  private isDue(parameter: Parameter): boolean {
    const now = this.now();
    const over = (parameter.expiresAt ?? now) < now;
    return now - parameter.askedAt > (parameter.askedRevision === parameter.revision && !over ? UNCHANGED : CHANGED);
  }

  private async ask(parameters: Parameter[]): Promise<boolean> {
    const now = this.now();
    const versions = parameters.map((parameter) => parameter.version);
    for (const parameter of parameters) {
      parameter.askedAt = now;
      parameter.askedRevision = parameter.revision;
    }
    const { address } = parameters[0]!;
    const parent = address.slice(0, address.lastIndexOf('/'));
    // An address with a star would be a pattern.
    const pattern = parameters.length === 1 && !address.includes('*') ? address : `${parent}/*`;
    const { parameters: answers, next } = await this.api.get<{ parameters: Answer[]; next?: string }>(
      `api/parameters?limit=${LIMIT}&pattern=${encodeURIComponent(pattern)}`,
    );
    const at = this.now();
    let news = false;
    const told = new Set(answers.map((answer) => answer.address));
    const missing = parameters.filter((parameter) => !told.has(parameter.address));
    if (next === undefined) {
      // The router does not tell of every end. What was written meanwhile is there again.
      const gone = missing.filter((parameter) => parameter.version === versions[parameters.indexOf(parameter)]);
      if (gone.length > 0) {
        this.parameters.remove(new Set(gone.map((parameter) => parameter.address)));
        news = true;
      }
    } else if (!this.large.has(parent)) {
      this.large.add(parent);
      missing.forEach((parameter) => (parameter.askedAt = 0));
    }
    for (const answer of answers) {
      const parameter = this.parameters.get(answer.address);
      // What became known meanwhile is newer than the answer.
      if (parameter && parameter.askedAt <= now) {
        const before = parameter.version;
        parameter.detail(answer, at);
        parameter.askedAt = at;
        parameter.askedRevision = answer.revision;
        news ||= parameter.version !== before;
      }
    }
    return news;
  }
}
