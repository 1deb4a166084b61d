import type { NoticeText } from '../api/tasks';
import type { Calendar, Right } from '../api/types';
import { session } from '../state/session.svelte';
import type { ShownTask } from './task';

/** Whether they may do this on the list: one without members is that of everybody who sees it. */
export function mayOn(right: Right, list: Calendar): boolean {
  const { member } = session.current ?? {};
  return session.may(right) || (session.mayOwn(right) && (list.members.length === 0 || (!!member && list.members.includes(member))));
}

export const mayTick = (task: ShownTask) => session.mayOwn('tasks:change') && task.tickable;
export const mayEdit = (task: ShownTask) => session.mayOwn('tasks:change') && task.editable;
export const mayDelete = (task: ShownTask) => session.mayOwn('tasks:delete') && task.editable;

/** Own messages are those that one has written. */
export function mayChangeNotice({ memberId }: NoticeText): boolean {
  return session.may('notices:change') || (session.mayOwn('notices:change') && memberId !== null && memberId === session.current?.member);
}
