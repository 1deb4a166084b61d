using EdgeDb.Core.Access;
using EdgeDb.Core.Household;
using EdgeDb.Core.Pipeline;

namespace EdgeDb.Api;

/// <summary>/api/members.</summary>
internal static class MembersApi
{
    public static void MapMembersApi(this IEndpointRouteBuilder routes)
    {
        var store = routes.ServiceProvider.GetRequiredService<HouseholdStore>();
        routes.MapAnswers("/api/members", AccessDomain.Members, new("members", AnswerPolicy.Default, [new("limit"), new("cursor")], (request, answer, ct) => ListAsync(store, request, answer, ct)));
        routes.MapPost("/api/members", AddAsync).Requires(AccessDomain.Members, AccessVerb.Add);
        routes.MapPut("/api/members/{id}", ChangeAsync).Requires(AccessDomain.Members, AccessVerb.Change);
        routes.MapDelete("/api/members/{id}", DeleteAsync).Requires(AccessDomain.Members, AccessVerb.Delete);
    }

    private static async ValueTask ListAsync(HouseholdStore store, AnswerRequest request, AnswerBuilder answer, CancellationToken ct)
    {
        answer.DependsOn(Topics.Members);
        var page = Page.Of(await store.MembersAsync(ct), static m => m.Id, request.Parameters);
        answer.Write(new MemberList([.. page.Items.Select(Body)], page.Next), ApiJson.Web.MemberList);
    }

    private static async Task AddAsync(HttpContext context, HouseholdStore store)
    {
        var input = await new RequestReader(context.Request).BodyAsync(ApiJson.Web.MemberInput, context.RequestAborted);
        var member = await store.AddMemberAsync(input.Name, input.Color, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(Body(member), ApiJson.Web.MemberBody);
    }

    private static async Task ChangeAsync(HttpContext context, string id, HouseholdStore store)
    {
        var reader = new RequestReader(context.Request);
        var input = await reader.BodyAsync(ApiJson.Web.MemberInput, context.RequestAborted);
        var member = await store.ChangeMemberAsync(id, input.Name, input.Color, reader.ExpectedVersion(), context.Actor(), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(Body(member), ApiJson.Web.MemberBody);
    }

    private static async Task DeleteAsync(HttpContext context, string id, HouseholdStore store)
    {
        var reader = new RequestReader(context.Request);
        await store.DeleteMemberAsync(id, reader.ExpectedVersion(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static MemberBody Body(Member member) => new(member.Id, member.Name, member.Color, member.Sample, member.Version);
}
