/** Paths of signs, drawn as lines on 24 by 24. */
export const signs = {
  add: 'M12 5v14M5 12h14',
  change: 'm5 19 1-4L16 5l3 3L9 18z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
};
