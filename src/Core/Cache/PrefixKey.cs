using System.Runtime.InteropServices;

namespace CoLA.Core.Cache;

/// <summary>
/// Everything that the content of a full block depends on: its owner, all blocks before it, and its own tokens. Keys are
/// compared as a whole, never by a hash alone, so two texts cannot be confused.
/// </summary>
/// <param name="owner">The owner of the keys and values.</param>
/// <param name="parent">Serial of the block before it; 0 for the first.</param>
/// <param name="tokens">The tokens of the block; nobody changes the array afterwards.</param>
internal readonly struct PrefixKey(PrefixOwner owner, long parent, int[] tokens) : IEquatable<PrefixKey>
{
    private readonly PrefixOwner _owner = owner;
    private readonly long _parent = parent;
    private readonly int[] _tokens = tokens;

    public bool Equals(PrefixKey other) =>
        _parent == other._parent && _owner == other._owner && _tokens.AsSpan().SequenceEqual(other._tokens);

    public override bool Equals(object? obj) => obj is PrefixKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(_owner);
        hash.Add(_parent);
        hash.AddBytes(MemoryMarshal.AsBytes(_tokens.AsSpan()));
        return hash.ToHashCode();
    }
}
