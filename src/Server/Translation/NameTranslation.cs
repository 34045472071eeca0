using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Server.Translation;

/// <summary>Names that a request gives whole, although they go with another name of it.</summary>
internal static class NameTranslation
{
    /// <summary>The number of a pool's version that is named whole.</summary>
    /// <exception cref="InvalidArgumentRejection">It is another pool's version.</exception>
    public static int VersionOf(PoolName pool, string version, string field)
    {
        var name = PoolVersionName.Parse(version, field);
        return name.Pool == pool ? name.Number : throw new InvalidArgumentRejection(field, $"{name} is not a version of {pool}");
    }

    /// <summary>A saved state of a session that is named whole.</summary>
    /// <exception cref="InvalidArgumentRejection">It is another session's state.</exception>
    public static SessionStateName StateOf(SessionName session, string state, string field)
    {
        var name = SessionStateName.Parse(state, field);
        return name.Session == session ? name : throw new InvalidArgumentRejection(field, $"{name} is not a state of {session}");
    }
}
