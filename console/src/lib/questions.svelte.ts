/** Asked before something that cannot be taken back. */
export interface Question {
  title: string;
  /** What will happen. */
  text: string;
  /** What the button says that does it: `Remove desk`. */
  action: string;
  /** Something is lost: the button says so by its colour, and is not the first to have the focus. */
  danger?: boolean;
}

/** One question at a time, before the whole page; who asks waits for the answer. */
export class Questions {
  open: Question | null = $state.raw(null);
  private answered: (yes: boolean) => void = () => {};

  /** Whether the user says yes. A question that is still open when the next one comes is answered with no. */
  ask(question: Question): Promise<boolean> {
    this.answer(false);
    this.open = question;
    return new Promise((resolve) => (this.answered = resolve));
  }

  answer(yes: boolean): void {
    const tell = this.answered;
    this.answered = () => {};
    this.open = null;
    tell(yes);
  }
}
