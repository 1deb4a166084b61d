import { request } from './client';
import type { Calendar, CalendarAccess, Feed, FeedProblem, Household, Member, NewFeed, Page } from './types';

/** What an address would bring as a feed. */
export interface FeedPreview {
  name: string | null;
  events: number;
  /** False when it breaks off before its end. */
  whole: boolean;
  next: { summary: string; location: string | null; start: string; end: string; allDay: boolean }[];
  skippedCount: number;
  problems: FeedProblem[];
}

/** Longer than the service waits for the server that it asks. */
const previewTimeoutMs = 40_000;

const id = encodeURIComponent;

/** What the pages change about the household itself. */
export const houseApi = {
  change: (change: Partial<Pick<Household, 'name' | 'zone' | 'language' | 'weekStart' | 'clock' | 'weekNumbers'>>) => request<Household>('PUT', '/api/household', change),

  /** Without a colour it gets one that no other member has, as far as there are. */
  addMember: (name: string, color?: string) => request<Member>('POST', '/api/members', { name, color }),
  changeMember: (memberId: string, change: { name?: string; color?: string }) => request<Member>('PUT', `/api/members/${id(memberId)}`, change),
  removeMember: (memberId: string) => request<void>('DELETE', `/api/members/${id(memberId)}`),

  addCalendar: (calendar: { name: string; color?: string; members: readonly string[] }) => request<Calendar>('POST', '/api/calendars', calendar),
  /** What is left out stays as it is. */
  changeCalendar: (calendarId: string, change: { name?: string; color?: string; access?: CalendarAccess; members?: readonly string[] }) =>
    request<Calendar>('PUT', `/api/calendars/${id(calendarId)}`, change),
  changeFeed: (feedId: string, change: { name?: string; color?: string }) => request<Feed>('PUT', `/api/feeds/${id(feedId)}`, change),
  /** With all its events, which can be restored into another calendar for 30 days. */
  removeCalendar: (calendarId: string) => request<void>('DELETE', `/api/calendars/${id(calendarId)}?events=delete`),

  addFeed: (feed: NewFeed) => request<Feed>('POST', '/api/feeds', feed),
  refreshFeed: (feedId: string) => request<Feed>('POST', `/api/feeds/${id(feedId)}/refresh`),
  removeFeed: (feedId: string) => request<void>('DELETE', `/api/feeds/${id(feedId)}`),
  feedProblems: (feedId: string, cursor: string | null) =>
    request<Page<FeedProblem>>('GET', `/api/feeds/${id(feedId)}/problems?limit=50${cursor ? `&cursor=${id(cursor)}` : ''}`),
  previewFeed: (address: string) => request<FeedPreview>('POST', '/api/feeds/preview', { address }, undefined, previewTimeoutMs),
  addSample: () => request<void>('POST', '/api/sample'),
  removeSample: () => request<void>('DELETE', '/api/sample'),
};
