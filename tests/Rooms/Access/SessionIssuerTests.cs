using Lamina.Access.Sessions;
using Lamina.Access.Signatures;
using Lamina.Contract;

namespace Lamina.Rooms.Tests.Access;

public sealed class SessionIssuerTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly AccountId Account = AccountId.Parse("111122223333");

    private readonly string _folder = Directory.CreateTempSubdirectory("lamina-sessions-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_session_survives_the_server()
    {
        SessionCredentials credentials = New().Issue(Account, "arn", "id", "{}", Now.AddHours(1));

        SessionIssuer next = New();

        Session session = next.Read(credentials.SessionToken)!;
        Assert.Equal(("arn", "id", "{}"), (session.PrincipalArn, session.PrincipalId, session.Policy));
        Assert.Equal(credentials.SecretAccessKey, next.SignerOf(session).SecretAccessKey);
        Assert.False(next.IsOver(session, Now));
    }

    [Fact]
    public void The_session_of_an_environment_ends_with_it()
    {
        SessionIssuer issuer = New();
        SessionCredentials credentials = issuer.Open(Account, "arn", "id", new FunctionArn("us-east-1", Account, "orders"));
        Session session = issuer.Read(credentials.SessionToken)!;

        Assert.False(issuer.IsOver(session, Now.AddYears(1)));
        Assert.True(New().IsOver(session, Now));
        issuer.Close(credentials.AccessKeyId);
        Assert.True(issuer.IsOver(session, Now));
    }

    [Fact]
    public void Only_the_session_of_an_environment_says_whose_code_it_is()
    {
        SessionIssuer issuer = New();
        SessionCredentials ofFunction = issuer.Open(Account, "arn", "id", new FunctionArn("us-east-1", Account, "orders"));
        SessionCredentials ofPerson = issuer.Issue(Account, "arn", "id", null, Now.AddHours(1));

        Signer signer = issuer.SignerOf(issuer.Read(ofFunction.SessionToken)!);
        Assert.Equal(("arn:aws:lambda:us-east-1:111122223333:function:orders", ofFunction.SecretAccessKey), (signer.SourceFunctionArn, signer.SecretAccessKey));
        Assert.Null(issuer.SignerOf(issuer.Read(ofPerson.SessionToken)!).SourceFunctionArn);
    }

    [Fact]
    public void A_token_that_was_changed_in_any_byte_is_nobodys()
    {
        SessionIssuer issuer = New();
        byte[] token = Convert.FromBase64String(issuer.Issue(Account, "arn", "id", null, Now).SessionToken);

        for (int i = 0; i < token.Length; i++)
        {
            byte[] changed = [.. token];
            changed[i] ^= 1;
            Assert.Null(issuer.Read(Convert.ToBase64String(changed)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AQ==")]
    [InlineData("not base64!")]
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_no_token_is_nobodys(string token) => Assert.Null(New().Read(token));

    [Fact]
    public void Only_the_servers_user_can_read_the_key()
    {
        SessionKey.Open(_folder);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "session.key")));
    }

    private SessionIssuer New() => new(SessionKey.Open(_folder));
}
