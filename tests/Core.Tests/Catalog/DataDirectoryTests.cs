using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TestWorld _world = Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Open_WhileAnotherServerHasIt_IsRefused()
    {
        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => DataDirectory.OpenAsync(_world.Path, _world.Time));

        Assert.Contains(_world.Path, rejection.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another server", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_AfterAnAcknowledgedCall_FindsAllOfIt()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        var state = await _world.SaveAsync(session, 4);
        await _world.PublishAsync(session);

        using var found = _world.AfterKill();

        var resolved = await found.ResolveAsync(task);
        Assert.Equal((2, 2), (resolved.Number, resolved.PoolVersion.Number));
        await found.ReadAsync(resolved.Heads!);
        await found.ReadAsync(resolved.PoolVersion.Artifact);
        var stand = Assert.Single(await found.Sessions.ListOpenAsync(Cancellation)).Stand;
        Assert.Equal((1, 4), (stand.State, stand.Sequence));
        await found.ReadAsync(state.Artifact);
    }

    [Fact]
    public async Task Kill_BetweenTheMatricesAndTheTransaction_LeavesNeitherPoolNorFile()
    {
        TestWorld? found = null;
        _world.MakeFirstVersion = async (_, _) =>
        {
            var matrices = await _world.MatricesAsync();
            found = _world.AfterKill();
            return matrices;
        };
        await _world.PoolAsync("acme", "p1");

        using (found)
        {
            await Assert.ThrowsAsync<NotFoundRejection>(() => found!.Pools.GetAsync(Tenant("acme"), new PoolName("p1"), Cancellation).AsTask());
            Assert.Empty(found!.Files());
            await found.PoolAsync("acme", "p1");
        }
    }

    [Fact]
    public async Task Kill_BeforeTheCommitOfAPublication_LeavesAllAsItWas()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        TestWorld? found = null;
        _world.BeforeCommit = () => found = _world.AfterKill();
        await _world.PublishAsync(session);

        using (found)
        {
            Assert.Equal(1, (await found!.ResolveAsync(task)).Number);
            Assert.Equal([1], await found.PoolVersionsAsync("acme", pool));
            Assert.Single(found.Files());
            await found.PublishAsync(session);
            Assert.Equal(2, (await found.ResolveAsync(task)).Number);
        }
    }

    [Fact]
    public async Task Fault_BeforeTheCommit_LeavesNothingHalfDoneAndTheNextCallWorks()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var session = await _world.OpenAsync("acme", pool, [task]);
        _world.BeforeCommit = () => throw new IOException("the disk is full");

        await Assert.ThrowsAsync<IOException>(() => _world.PublishAsync(session));
        await Assert.ThrowsAsync<IOException>(() => _world.SaveAsync(session, 1));
        await Assert.ThrowsAsync<IOException>(() => _world.PoolAsync("acme", "p2"));

        Assert.Single(_world.Files());
        Assert.Empty(await _world.Sessions.ListStatesAsync(Tenant("acme"), session.Name, Cancellation));
        _world.BeforeCommit = () => { };
        await _world.PublishAsync(session);
        await _world.PoolAsync("acme", "p2");
        Assert.Equal([2, 1], await _world.PoolVersionsAsync("acme", pool));
    }

    [Fact]
    public async Task DamagedHeads_AreNamedAndTheRestIsServed()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [task]));
        var resolved = await _world.ResolveAsync(task);
        File.WriteAllText(_world.FileOf(resolved.Heads!), "damage");
        using var restarted = _world.Restart();

        var rejection = await Assert.ThrowsAsync<DamagedFileRejection>(() => restarted.ReadAsync(resolved.Heads!));

        Assert.Equal(_world.FileOf(resolved.Heads!), rejection.File);
        await restarted.ReadAsync(resolved.PoolVersion.Artifact);
    }

    [Fact]
    public async Task SameContent_OfTwoVersions_IsOneFileUntilBothAreGone()
    {
        _world.MakeFirstVersion = (_, _) => _world.Artifacts.WriteAsync(stream => stream.Write([1, 2, 3]));
        var first = await _world.PoolAsync("acme", "p1");
        var second = await _world.PoolAsync("acme", "p2");

        await _world.Pools.DeleteAsync(By("acme"), first, Cancellation);
        Assert.Single(_world.Files());
        await _world.Pools.DeleteAsync(By("acme"), second, Cancellation);
        Assert.Empty(_world.Files());
    }

    [Fact]
    public void PoolSpec_OfAnOlderServer_HasTheDefaultsOfWhatItDidNotKnow()
    {
        var spec = CatalogJson.Read<PoolSpec>("""{"Targets":["Q"],"M":2,"Rank":4,"Alpha":8,"Initialisation":"Gaussian","SvdIterations":null,"Seed":1}""");

        Assert.Equal(new PoolSpec(spec.Targets, 2, 4, 8, Initialisation.Gaussian, null, 1), spec);
        Assert.False(spec.SharedHead || spec.RankStabilized);
    }

    [Fact]
    public void Snapshots_AsJson_SayNamesAndEnumsAsText()
    {
        var json = CatalogJson.Write(new SessionTaskSnapshot(Name("acme", "t"), Full, 1, new Artifact("ab", 2), true));

        Assert.Equal(
            """{"Task":"tenants/acme/tasks/t","Spec":{"Strategy":"Full","N":3,"Seed":7},"Version":1,"Heads":"""
                + """{"Sha256":"ab","Bytes":2},"SubtractsInitial":true}""",
            json);
        Assert.Equal(new TaskSpec(Strategy.Full, 3, 7), CatalogJson.Read<SessionTaskSnapshot>(json).Spec);
    }
}
