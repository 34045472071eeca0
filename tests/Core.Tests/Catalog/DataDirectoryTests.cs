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
    public void Open_WhileAnotherServerHasIt_IsRefused()
    {
        var rejection = Assert.Throws<PreconditionRejection>(() => DataDirectory.Open(_world.Path, _world.Time));

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

        var resolved = found.Tasks.Resolve(Tenant("acme"), task);
        Assert.Equal((2, 2), (resolved.Number, resolved.PoolVersion.Number));
        found.Data.Artifacts.Open(resolved.Heads!);
        found.Data.Artifacts.Open(resolved.PoolVersion.Artifact);
        var stand = Assert.Single(found.Sessions.ListOpen()).Stand;
        Assert.Equal((1, 4), (stand.State, stand.Sequence));
        found.Data.Artifacts.Open(state.Artifact);
    }

    [Fact]
    public async Task Kill_BetweenTheMatricesAndTheTransaction_LeavesNeitherPoolNorFile()
    {
        TestWorld? found = null;
        _world.MakeFirstVersion = (_, _) =>
        {
            var matrices = _world.Matrices();
            found = _world.AfterKill();
            return Task.FromResult(matrices);
        };
        await _world.PoolAsync("acme", "p1");

        using (found)
        {
            Assert.Throws<NotFoundRejection>(() => found!.Pools.Get(Tenant("acme"), new PoolName("p1")));
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
            Assert.Equal(1, found!.Tasks.Resolve(Tenant("acme"), task).Number);
            Assert.Equal([1], found.PoolVersions("acme", pool));
            Assert.Single(found.Files());
            await found.PublishAsync(session);
            Assert.Equal(2, found.Tasks.Resolve(Tenant("acme"), task).Number);
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
        Assert.Empty(_world.Sessions.ListStates(Tenant("acme"), session.Name));
        _world.BeforeCommit = () => { };
        await _world.PublishAsync(session);
        await _world.PoolAsync("acme", "p2");
        Assert.Equal([2, 1], _world.PoolVersions("acme", pool));
    }

    [Fact]
    public async Task DamagedHeads_AreNamedAndTheRestIsServed()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [task]));
        var resolved = _world.Tasks.Resolve(Tenant("acme"), task);
        File.WriteAllText(_world.FileOf(resolved.Heads!), "damage");
        using var restarted = _world.Restart();

        var rejection = Assert.Throws<DamagedFileRejection>(() => restarted.Data.Artifacts.Open(restarted.Tasks.Resolve(Tenant("acme"), task).Heads!));

        Assert.Equal(_world.FileOf(resolved.Heads!), rejection.File);
        restarted.Data.Artifacts.Open(resolved.PoolVersion.Artifact);
    }

    [Fact]
    public async Task SameContent_OfTwoVersions_IsOneFileUntilBothAreGone()
    {
        var same = () => _world.Data.Artifacts.Write(stream => stream.Write([1, 2, 3]));
        _world.MakeFirstVersion = (_, _) => Task.FromResult(same());
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
