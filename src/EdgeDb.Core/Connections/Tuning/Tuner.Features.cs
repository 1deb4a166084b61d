namespace EdgeDb.Core.Connections;

/// <content>Being switched off for one subject, as a roll-out or the kill switch says.</content>
internal sealed partial class Tuner
{
    /// <summary>
    /// Lets a subject use what was learnt for it, or not: then nothing is proposed, and each setting has the value that the configuration gives unless a person has chosen
    /// another one. What was learnt comes back when it is allowed again. Not part of the history: nothing was found out.
    /// </summary>
    public void Allow(string subject, bool isAllowed)
    {
        lock (_gate)
        {
            var states = _states.FindAll(state => state.Subject.Name == subject && state.IsAllowed != isAllowed);
            if (states.Count == 0)
                return;
            if (_proposed?.Subject.Name == subject)
                Abandon_NeedsLock("The tuner was switched off.");
            var values = new List<(Tunable Tunable, double Value)>();
            foreach (var state in states)
            {
                state.IsAllowed = isAllowed;
                if (state.IsByHand)
                    continue;
                var value = isAllowed ? state.Learnt ?? state.Configured : state.Configured;
                state.Learnt = isAllowed ? null : state.Pin?.Before ?? state.Tunable.Get();
                if (state.Pin is { } pin)
                    state.Pin = pin with { Before = value };
                else
                    values.Add((state.Tunable, value));
            }

            // Twice: one setting may bound another, so that the first has to wait for the second.
            for (var pass = 0; pass < 2; pass++)
                foreach (var (tunable, value) in values)
                    TrySet(tunable, value, out _);
        }
    }
}
