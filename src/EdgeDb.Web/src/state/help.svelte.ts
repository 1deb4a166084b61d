/** Whether somebody wants to see the keys. */
class Help {
  wanted = $state(false);
}

export const help = new Help();
