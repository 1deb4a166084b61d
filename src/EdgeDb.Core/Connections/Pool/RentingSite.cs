namespace EdgeDb.Core.Connections;

/// <summary>The line of code that rented a connection, filled in by the compiler.</summary>
internal readonly record struct RentingSite(string Member, string File, int Line)
{
    public override string ToString() => $"{Member} ({Path.GetFileName(File)}:{Line})";
}
