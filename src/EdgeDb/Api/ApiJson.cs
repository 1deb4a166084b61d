using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeDb.Api;

/// <summary>Every body the API reads or writes with the serializer. Unknown fields are refused: a typing error must not be a silent no-op.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    MaxDepth = MaxDepth)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HouseholdBody))]
[JsonSerializable(typeof(HouseholdChange))]
[JsonSerializable(typeof(MemberBody))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(CalendarBody))]
[JsonSerializable(typeof(CalendarList))]
[JsonSerializable(typeof(CalendarInput))]
[JsonSerializable(typeof(FeedBody))]
[JsonSerializable(typeof(FeedList))]
[JsonSerializable(typeof(FeedInput))]
[JsonSerializable(typeof(FeedProblemList))]
[JsonSerializable(typeof(FeedPreviewInput))]
[JsonSerializable(typeof(FeedPreviewBody))]
[JsonSerializable(typeof(MachineBody))]
[JsonSerializable(typeof(BackupList))]
[JsonSerializable(typeof(EventBody))]
[JsonSerializable(typeof(EventList))]
[JsonSerializable(typeof(EventInput))]
[JsonSerializable(typeof(NewCalendarInput))]
[JsonSerializable(typeof(TaskBody))]
[JsonSerializable(typeof(TaskList))]
[JsonSerializable(typeof(TaskInput))]
[JsonSerializable(typeof(TaskDoneInput))]
[JsonSerializable(typeof(TaskMoveInput))]
[JsonSerializable(typeof(TaskDoneList))]
[JsonSerializable(typeof(ClearedTasksBody))]
[JsonSerializable(typeof(NoticeBody))]
[JsonSerializable(typeof(NoticeList))]
[JsonSerializable(typeof(NoticeInput))]
[JsonSerializable(typeof(ImportBody))]
[JsonSerializable(typeof(ReadyBody))]
[JsonSerializable(typeof(ConnectionBody))]
[JsonSerializable(typeof(ConnectionList))]
[JsonSerializable(typeof(QueryList))]
[JsonSerializable(typeof(TunableBody))]
[JsonSerializable(typeof(TunableInput))]
[JsonSerializable(typeof(OverrideInput))]
[JsonSerializable(typeof(TunerBody))]
[JsonSerializable(typeof(TunerInput))]
[JsonSerializable(typeof(FreezeInput))]
[JsonSerializable(typeof(CircuitInput))]
[JsonSerializable(typeof(TuningHistory))]
[JsonSerializable(typeof(SettingBody))]
[JsonSerializable(typeof(SettingList))]
[JsonSerializable(typeof(SettingInputBody))]
[JsonSerializable(typeof(WorkList))]
[JsonSerializable(typeof(PipelineBody))]
[JsonSerializable(typeof(AuditEntryBody))]
[JsonSerializable(typeof(AuditEntryList))]
[JsonSerializable(typeof(SecurityBody))]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(SignInInput))]
[JsonSerializable(typeof(SetupInput))]
[JsonSerializable(typeof(AccountBody))]
[JsonSerializable(typeof(AccountList))]
[JsonSerializable(typeof(AccountInput))]
[JsonSerializable(typeof(AccountChange))]
[JsonSerializable(typeof(PasswordInput))]
[JsonSerializable(typeof(PinInput))]
[JsonSerializable(typeof(ConfirmInput))]
[JsonSerializable(typeof(OpenIdAddressBody))]
[JsonSerializable(typeof(OpenIdLinkInput))]
[JsonSerializable(typeof(TotpInput))]
[JsonSerializable(typeof(TotpBody))]
[JsonSerializable(typeof(RecoveryCodesBody))]
[JsonSerializable(typeof(SignedInList))]
[JsonSerializable(typeof(PairingBody))]
[JsonSerializable(typeof(WaitingDeviceBody))]
[JsonSerializable(typeof(ApprovalInput))]
[JsonSerializable(typeof(PairingSecretInput))]
[JsonSerializable(typeof(PairingStateBody))]
[JsonSerializable(typeof(DeviceList))]
[JsonSerializable(typeof(TokenInput))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(NewTokenBody))]
[JsonSerializable(typeof(AccessTokenInput))]
[JsonSerializable(typeof(AccessTokenBody))]
[JsonSerializable(typeof(TlsBody))]
[JsonSerializable(typeof(TlsList))]
[JsonSerializable(typeof(ErasurePreviewBody))]
[JsonSerializable(typeof(ErasureInput))]
[JsonSerializable(typeof(ErasureBody))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Nesting no honest body reaches.</summary>
    public const int MaxDepth = 16;

    /// <summary>For answers that are JSON and nothing else (nosniff): quotes and umlauts stay readable.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The context to use; its encoder cannot be set by the attribute.</summary>
    public static ApiJson Web =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
