/** What follows the first page, in one place: each would be told what to fetch with it. */
export const later = () => import('./parts');
