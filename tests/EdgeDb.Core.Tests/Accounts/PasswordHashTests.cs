using EdgeDb.Core.Accounts;
using Xunit;

namespace EdgeDb.Core.Tests.Accounts;

public sealed class PasswordHashTests
{
    // Of the reference implementation (Debian's python3-argon2 21.1.0).
    private const string OfTheReference = "$argon2id$v=19$m=7168,t=5,p=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM";

    private static readonly Argon2Cost Cheap = new(8, 1, 1);

    [Fact]
    public void A_hash_that_the_reference_wrote_is_read_and_verified()
    {
        var hash = PasswordHash.Parse(OfTheReference)!;

        Assert.Equal(Argon2Cost.Standard, hash.Cost);
        Assert.Equal(OfTheReference, hash.ToString());
        Assert.True(hash.Verify("correct horse bättery"));
        Assert.False(hash.Verify("correct horse battery"));
    }

    [Fact]
    public void A_hash_verifies_its_password_only_and_no_two_are_equal()
    {
        var (one, other) = (PasswordHash.Create("secret", Cheap), PasswordHash.Create("secret", Cheap));

        Assert.NotEqual(one.ToString(), other.ToString());
        Assert.True(PasswordHash.Parse(one.ToString())!.Verify("secret"));
        Assert.False(one.Verify("Secret"));
        Assert.False(one.Verify(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("$argon2i$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=16$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=19$m=9999999,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=19$m=8,t=-1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=19$m=8,t=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=19$m=8,t=1,p=1$MDEy$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$")]
    [InlineData("$argon2id$v=19$m=8,t=1,p=1$M!EyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM")]
    [InlineData("$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$euHdXh279t2PM1UgFZewo5KW2+rm5oEIiPezodKJkZM$")]
    public void What_is_no_hash_of_this_program_is_not_read(string text) => Assert.Null(PasswordHash.Parse(text));

    [Fact]
    public async Task Nobody_has_a_password_and_asking_costs_as_much_as_for_somebody()
    {
        using var hasher = new PasswordHasher(Cheap);
        var hash = await hasher.HashAsync("secret", TestContext.Current.CancellationToken);

        Assert.True(await hasher.VerifyAsync(hash, "secret", TestContext.Current.CancellationToken));
        Assert.False(await hasher.VerifyAsync(hash, "other", TestContext.Current.CancellationToken));
        Assert.False(await hasher.VerifyAsync(null, "secret", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task More_than_a_bounded_number_are_turned_away_and_the_others_get_their_answer()
    {
        using var hasher = new PasswordHasher(new Argon2Cost(1024, 2, 1));
        var all = Enumerable.Range(0, 200).Select(_ => hasher.HashAsync("secret", TestContext.Current.CancellationToken)).ToArray();
        var ends = await Task.WhenAll(all.Select(static async task =>
        {
            try
            {
                return (await task).Verify("secret") ? "hashed" : "wrong";
            }
            catch (AccountException refused)
            {
                return refused.Error.ToString();
            }
        }));

        Assert.DoesNotContain("wrong", ends);
        Assert.Contains("hashed", ends);
        // Whoever came in was computed; how many came at once depends on the machine.
        Assert.All(ends, static end => Assert.True(end is "hashed" or nameof(AccountError.Busy)));
        Assert.True((await hasher.HashAsync("secret", TestContext.Current.CancellationToken)).Verify("secret"));
    }
}
