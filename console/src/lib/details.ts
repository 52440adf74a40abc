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
const LIMIT = 1000;

/**
 * Finds out what the wire does not say: who wrote a parameter, who holds its lock, when it ends. It asks about what is
 * looked at only, and about neighbours together.
 */
export class Details {
  private busy = false;
  /** The router does not tell us. */
  private refused = false;

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
        wanted.set(parent, [...(wanted.get(parent) ?? []), parameter]);
      }
    }
    if (wanted.size === 0) {
      return false;
    }
    this.busy = true;
    let news = false;
    try {
      for (const [parent, parameters] of [...wanted].slice(0, QUESTIONS)) {
        news = (await this.ask(parent, parameters)) || news;
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
    const age = this.now() - parameter.askedAt;
    return age > (parameter.askedRevision === parameter.revision ? UNCHANGED : CHANGED);
  }

  private async ask(parent: string, parameters: Parameter[]): Promise<boolean> {
    const now = this.now();
    for (const parameter of parameters) {
      parameter.askedAt = now;
      parameter.askedRevision = parameter.revision;
    }
    const alone = parameters.length === 1 ? parameters[0]!.address : '';
    // An address with a star would be a pattern.
    const pattern = alone !== '' && !alone.includes('*') ? alone : `${parent}/*`;
    const { parameters: answers } = await this.api.get<{ parameters: Answer[] }>(
      `api/parameters?limit=${LIMIT}&pattern=${encodeURIComponent(pattern)}`,
    );
    const at = this.now();
    let news = false;
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
