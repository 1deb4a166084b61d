import { allPages, request } from './client';
import type { Calendar, CalendarAccess, Instant, Page } from './types';

/** Something to buy or to do, on a list. */
export interface Task {
  id: string;
  calendarId: string;
  uid: string;
  summary: string;
  description: string | null;
  /** A plain date when `allDay`, else what the clock in `zone` shows; null for no time. */
  due: string | null;
  zone: string | null;
  allDay: boolean;
  /** RFC 5545. */
  rrule: string | null;
  /** 1 (highest) to 9; 0 for none. */
  priority: number;
  /** Whom it is for. */
  memberId: string | null;
  /** Nothing of it is left to do; what repeats moves on to its next time instead. */
  done: boolean;
  /** When it was last done, also of what repeats. */
  doneAt: Instant | null;
  doneBy: string | null;
  position: number;
  recurring: boolean;
  private: boolean;
  reminders: { minutesBefore: number }[];
  /** Whoever asks may change it … */
  editable: boolean;
  /** … or do it at least. */
  tickable: boolean;
  version: number;
}

export type TaskInput = Pick<
  Task,
  'calendarId' | 'summary' | 'description' | 'due' | 'zone' | 'allDay' | 'rrule' | 'priority' | 'memberId' | 'private' | 'reminders'
>;

/** A time that a task was done. */
export interface TaskDone {
  due: string | null;
  doneAt: Instant;
  doneBy: string | null;
}

/** A message on the noticeboard. */
export interface NoticeText {
  id: string;
  text: string;
  color: string | null;
  /** Who wrote it, where that is known. */
  memberId: string | null;
  createdAt: Instant;
  expiresAt: Instant;
  version: number;
}

export type NoticeInput = Pick<NoticeText, 'text' | 'color' | 'expiresAt'>;

const id = encodeURIComponent;
const match = (version: number) => ({ 'if-match': `"${version}"` });

export const tasksApi = {
  all: () => allPages<Task>('/api/tasks'),
  one: (taskId: string) => request<Task>('GET', `/api/tasks/${id(taskId)}`),
  /** `name` is a UUID and becomes its UID: sent again, the task is there once. */
  add: (name: string, task: TaskInput) => request<Task>('POST', '/api/tasks', task, { 'idempotency-key': `"${name}"` }),
  change: (taskId: string, version: number, task: TaskInput) => request<Task>('PUT', `/api/tasks/${id(taskId)}`, task, match(version)),
  /** Names the due time that it ticks: sent again, or by two people, it is done once. */
  tick: (taskId: string, due: string | null, memberId: string | null) => request<Task>('POST', `/api/tasks/${id(taskId)}/done`, { due, memberId }),
  untick: (taskId: string, due: string | null) => request<Task>('DELETE', `/api/tasks/${id(taskId)}/done${due === null ? '' : `?due=${id(due)}`}`),
  /** Newest first. */
  done: async (taskId: string) => (await request<Page<TaskDone>>('GET', `/api/tasks/${id(taskId)}/done`)).items,
  move: (taskId: string, after: string | null) => request<Task>('POST', `/api/tasks/${id(taskId)}/move`, { after }),
  remove: (taskId: string) => request<void>('DELETE', `/api/tasks/${id(taskId)}`),
  restore: (taskId: string) => request<Task>('POST', `/api/tasks/${id(taskId)}/restore`),
  /** Takes away what is done of a list, and answers what that was. */
  clear: async (listId: string) => (await request<{ ids: string[] }>('DELETE', `/api/tasks?calendar=${id(listId)}&done=true`)).ids,

  addList: (list: { name: string; color?: string; members: readonly string[]; access?: CalendarAccess }) =>
    request<Calendar>('POST', '/api/calendars', { ...list, holds: 'tasks' }),
};

export const noticesApi = {
  all: () => allPages<NoticeText>('/api/notices'),
  add: (notice: NoticeInput) => request<NoticeText>('POST', '/api/notices', notice),
  change: (notice: NoticeText, change: NoticeInput) => request<NoticeText>('PUT', `/api/notices/${id(notice.id)}`, change, match(notice.version)),
  remove: (notice: NoticeText) => request<void>('DELETE', `/api/notices/${id(notice.id)}`, undefined, match(notice.version)),
  restore: (noticeId: string) => request<NoticeText>('POST', `/api/notices/${id(noticeId)}/restore`),
};
