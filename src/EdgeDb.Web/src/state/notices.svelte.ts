import { noticesApi, type NoticeText } from '../api/tasks';
import { t } from '../i18n/language';
import { announcer } from './announcer.svelte';
import { clock } from './clock.svelte';
import { household } from './household.svelte';

/** The noticeboard. */
class Board {
  #known = $state.raw<readonly NoticeText[]>([]);
  told = $state(false);
  /** What hangs there, the newest first. One that expires goes by itself. */
  shown = $derived(this.#known.filter(({ expiresAt }) => Date.parse(expiresAt) > clock.now).toReversed());

  constructor() {
    household.follow('notices', noticesApi.all, (notices) => {
      if (this.told && notices?.some(({ id }) => !this.#known.some((known) => known.id === id))) announcer.say(t('notices.new'));
      this.#known = notices ?? [];
      this.told = notices !== null;
    });
  }
}

export const board = new Board();
