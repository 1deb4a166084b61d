import { tick } from 'svelte';
import { ApiError } from '../api/client';
import { explain } from './failure';

/** A form on its way to the service: what is wrong with which field, and what else went wrong. */
export class Submission {
  sending = $state(false);
  failure = $state('');
  faults = $state.raw<Readonly<Record<string, string>>>({});

  /**
   * Sends, unless a field is at fault already; then, and when the service names one, that field gets the focus.
   * @param faults What the page itself finds wrong, by the name of the field; empty texts are no faults.
   * @param refused Words for a refusal that the page knows better than the service's own sentence.
   */
  async send(
    form: HTMLFormElement,
    faults: Record<string, string>,
    action: () => Promise<unknown>,
    refused: (error: ApiError) => Record<string, string> | string | null = () => null,
  ): Promise<boolean> {
    if (this.sending) return false;
    this.failure = '';
    this.faults = Object.fromEntries(Object.entries(faults).filter(([, text]) => text !== ''));
    if (Object.keys(this.faults).length === 0) {
      this.sending = true;
      try {
        await action();
        return true;
      } catch (error) {
        const told = error instanceof ApiError ? refused(error) : null;
        const fields = error instanceof ApiError ? [...error.fields].filter(([name]) => form.elements.namedItem(name)) : [];
        if (typeof told === 'string') this.failure = told;
        else if (told) this.faults = told;
        else if (fields.length > 0) this.faults = Object.fromEntries(fields);
        else this.failure = explain(error);
      } finally {
        this.sending = false;
      }
    }
    await tick();
    form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    return false;
  }
}
