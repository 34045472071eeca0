using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Xunit;
using static CoLA.Core.Tests.Catalog.TestWorld;

namespace CoLA.Core.Tests.Catalog;

public sealed class TaskCatalogTests : IDisposable
{
    private readonly TestWorld _world = Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Register_Task_ServesItsFirstVersionAtOnce()
    {
        var pool = await _world.PoolAsync("acme", "p1");

        var registered = await _world.Tasks.RegisterAsync(By("acme"), Name("acme", "t"), pool, null, Full, [], Cancellation);

        Assert.Equal((1, 1, pool), (registered.Task.ServedVersion, registered.Task.PoolVersion, registered.Task.Pool));
        Assert.Empty(registered.Task.Grants);
        Assert.Empty(registered.Notes);
        var resolved = Resolve(registered.Task.Name);
        Assert.Equal((1, null, true), (resolved.Number, resolved.Heads, resolved.Served));
        Assert.Equal(Full, resolved.Spec);
        Assert.Equal(CatalogJson.Write(Gaussian), CatalogJson.Write(resolved.PoolSpec));
        Assert.Equal(_world.Pools.ListVersions(Tenant("acme"), pool, new PageRequest()).Items.Single(), resolved.PoolVersion);
    }

    [Theory]
    [InlineData(Initialisation.Gaussian, false)]
    [InlineData(Initialisation.Pissa, true)]
    [InlineData(Initialisation.PissaSlices, true)]
    public async Task Register_OnVersionOneOrLater_SubtractsWhatTheHeadsBeginWith(Initialisation initialisation, bool onFirst)
    {
        var spec = new TaskSpec(Strategy.Heuristic, 2, 0);
        var pool = await _world.PoolAsync("acme", "p1", spec: Gaussian with { Initialisation = initialisation });
        var first = (await RegisterAsync("a", pool, null, spec)).Task.Name;
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [first]));
        var onLater = await RegisterAsync("b", pool, null, spec);
        var named = await RegisterAsync("c", pool, 1, spec);

        Assert.Equal((2, 1), (onLater.Task.PoolVersion, named.Task.PoolVersion));
        Assert.Equal(onFirst, Resolve(first, 1).SubtractsInitial);
        Assert.Equal(onFirst, Resolve(first, 2).SubtractsInitial);
        Assert.Equal(onFirst, Resolve(named.Task.Name).SubtractsInitial);
        Assert.False(Resolve(onLater.Task.Name).SubtractsInitial);
        Assert.Equal(onFirst, onLater.Notes.Any(note => note.Contains("zero heads", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Register_OnPissaWithSeveralA_SaysItsRank()
    {
        var pool = await _world.PoolAsync("acme", "p1", spec: Pissa);

        var note = Assert.Single((await RegisterAsync("t", pool, null, Full)).Notes);

        Assert.Contains("in practice rank r = 4", note, StringComparison.Ordinal);
        Assert.Contains("PISSA_SLICES or GAUSSIAN", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_WhatDoesNotGoTogether_IsRefusedAndLeavesNothing()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        await _world.TaskAsync("acme", "taken", pool);

        await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => _world.Tasks.RegisterAsync(By("acme"), Name("globex", "t"), pool, null, Full, [], Cancellation));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => RegisterAsync("t", pool, null, new TaskSpec(Strategy.Lora, 1, 0)));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => RegisterAsync("t", pool, null, Full, Grant("acme", Grants.Train)));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => RegisterAsync("t", pool, null, Full, Grant("globex", Grants.None)));
        await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => RegisterAsync("t", pool, null, Full, Grant("globex", Grants.Train), Grant("globex", Grants.Lend)));
        await Assert.ThrowsAsync<NotFoundRejection>(() => RegisterAsync("t", pool, 2, Full));
        await Assert.ThrowsAsync<NotFoundRejection>(() => RegisterAsync("t", new PoolName("none"), null, Full));
        await Assert.ThrowsAsync<AlreadyExistsRejection>(() => RegisterAsync("taken", pool, null, Full));

        Assert.Equal(["taken"], _world.Tasks.List(Tenant("acme"), true, null, new PageRequest()).Items.Select(task => task.Name.Task));
    }

    [Fact]
    public async Task Register_OnAnothersPrivatePool_FindsNoPool()
    {
        var pool = await _world.PoolAsync("acme", "p1");

        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.TaskAsync("globex", "t", pool));
    }

    [Fact]
    public async Task Anything_OnAnothersTaskWithoutAGrant_FindsNoTask()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.All));
        var stranger = Tenant("umbrella");

        Assert.Throws<NotFoundRejection>(() => _world.Tasks.Get(stranger, task));
        Assert.Throws<NotFoundRejection>(() => _world.Tasks.ListVersions(stranger, task, new PageRequest()));
        Assert.Throws<NotFoundRejection>(() => _world.Tasks.Resolve(stranger, task));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.ServeAsync("umbrella", task, 1));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.DeleteAsync(By("umbrella"), task, Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.Tasks.UpdateAsync(By("umbrella"), task, [], Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.OpenAsync("umbrella", pool, [task]));
        Assert.Empty(_world.Tasks.List(stranger, true, null, new PageRequest()).Items);
    }

    [Theory]
    [InlineData(Grants.Generate)]
    [InlineData(Grants.Train)]
    [InlineData(Grants.Publish)]
    [InlineData(Grants.Lend)]
    public async Task Anything_WithOneGrant_AllowsThatAndShowsTheTask(Grants granted)
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", granted), Grant("initech", Grants.All));

        Assert.Equal([Grant("globex", granted)], _world.Tasks.Get(Tenant("globex"), task).Grants);
        Assert.Equal(1, _world.Tasks.ListVersions(Tenant("globex"), task, new PageRequest()).Items.Single().Number);
        await Allows(Grants.Generate, () => Task.FromResult(_world.Tasks.Resolve(Tenant("globex"), task)));
        await Allows(Grants.Publish, () => _world.ServeAsync("globex", task, 1));
        await Allows(Grants.Train, () => _world.OpenAsync("globex", pool, [task]));
        await Assert.ThrowsAsync<PermissionRejection>(() => _world.Tasks.DeleteAsync(By("globex"), task, Cancellation));
        await Assert.ThrowsAsync<PermissionRejection>(() => _world.Tasks.UpdateAsync(By("globex"), task, [], Cancellation));

        async Task Allows(Grants needed, Func<Task> act)
        {
            if (granted == needed)
            {
                await act();
            }
            else
            {
                var rejection = await Assert.ThrowsAsync<PermissionRejection>(act);
                Assert.Contains(needed.ToString().ToUpperInvariant(), rejection.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task List_GrantedAndByPool_ShowsWhatWasAsked()
    {
        var first = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var second = await _world.PoolAsync("acme", "p2", PoolSharing.Public);
        var own = await _world.TaskAsync("globex", "own", first);
        var other = await _world.TaskAsync("globex", "other", second);
        var lent = await _world.TaskAsync("acme", "lent", first, Grant("globex", Grants.Lend));
        await _world.TaskAsync("acme", "hidden", first);

        Assert.Equal([other, own], Names(false, null));
        Assert.Equal([lent, other, own], Names(true, null));
        Assert.Equal([lent, own], Names(true, first));
        Assert.Empty(Names(true, new PoolName("none")));
        var page = _world.Tasks.List(Tenant("globex"), true, null, new PageRequest(2));
        Assert.Equal([own], _world.Tasks.List(Tenant("globex"), true, null, new PageRequest(2, page.NextToken)).Items.Select(task => task.Name));

        IEnumerable<TaskName> Names(bool granted, PoolName? pool) =>
            _world.Tasks.List(Tenant("globex"), granted, pool, new PageRequest()).Items.Select(task => task.Name);
    }

    [Fact]
    public async Task SetServedVersion_BackAndForth_ChangesWhatIsResolvedAtOnce()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        await _world.PublishAsync(await _world.OpenAsync("acme", pool, [task]));
        Assert.Equal((2, 2), (Resolve(task).Number, Resolve(task).PoolVersion.Number));

        await _world.ServeAsync("acme", task, 1);
        Assert.Equal((1, 1), (Resolve(task).Number, Resolve(task).PoolVersion.Number));
        Assert.Null(Resolve(task).Heads);
        Assert.NotNull(Resolve(task, 2).Heads);
        Assert.Equal([2, 1], _world.TaskVersions(task));

        var rejection = await Assert.ThrowsAsync<NotFoundRejection>(() => _world.ServeAsync("acme", task, 3));
        Assert.Contains("kept: 1, 2", rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_AfterGenerateWasRevoked_FindsNoTask()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Generate));
        _world.Tasks.Resolve(Tenant("globex"), task);

        await _world.GrantAsync(task);

        Assert.Throws<NotFoundRejection>(() => _world.Tasks.Resolve(Tenant("globex"), task));
    }

    [Fact]
    public async Task Resolve_TaskMadeAgain_IsAnotherVersionOne()
    {
        var pool = await _world.PoolAsync("acme", "p1");
        var task = await _world.TaskAsync("acme", "t", pool);
        var before = Resolve(task).Key;
        await _world.Tasks.DeleteAsync(By("acme"), task, Cancellation);
        Assert.Throws<NotFoundRejection>(() => Resolve(task));
        await _world.TaskAsync("acme", "t", pool);

        Assert.NotEqual(before, Resolve(task).Key);
    }

    [Fact]
    public async Task Resolve_PoolNoLongerShared_StillServesTheTask()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("globex", "t", pool);

        await _world.Pools.UpdateAsync(By("acme"), pool, PoolSharing.Private, null, Cancellation);

        Assert.Equal(1, _world.Tasks.Resolve(Tenant("globex"), task).Number);
        await Assert.ThrowsAsync<NotFoundRejection>(() => _world.OpenAsync("globex", pool, [task]));
    }

    [Fact]
    public async Task Delete_InAnOpenSession_IsRefusedAndNamesItToItsOpenerOnly()
    {
        var pool = await _world.PoolAsync("acme", "p1", PoolSharing.Public);
        var task = await _world.TaskAsync("acme", "t", pool, Grant("globex", Grants.Train));
        var session = await _world.OpenAsync("globex", pool, [task]);

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(() => _world.Tasks.DeleteAsync(By("acme"), task, Cancellation));

        Assert.Contains(task.ToString(), rejection.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(session.Name.ToString(), rejection.Message, StringComparison.Ordinal);
        await _world.CloseAsync(session);
        await _world.Tasks.DeleteAsync(By("acme"), task, Cancellation);
    }

    private TaskVersionSnapshot Resolve(TaskName task, int? version = null) => _world.Tasks.Resolve(task.Tenant, task, version);

    private Task<RegisteredTask> RegisterAsync(string id, PoolName pool, int? version, TaskSpec spec, params TaskGrant[] grants) =>
        _world.Tasks.RegisterAsync(By("acme"), Name("acme", id), pool, version, spec, grants, Cancellation);
}
