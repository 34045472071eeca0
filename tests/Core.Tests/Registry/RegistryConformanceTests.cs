using System.Text.Json;
using CoLA.Core.Registry;
using Xunit;
using static CoLA.Core.Tests.Registry.SampleRows;

namespace CoLA.Core.Tests.Registry;

/// <summary>What every registry does, whatever it stores its rows in.</summary>
public abstract class RegistryConformanceTests
{
    private protected abstract IRegistry Registry { get; }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_WhereNothingWasPut_FindsNothing()
    {
        Assert.Null(await ReadAsync(registry => registry.Tenants.FindAsync("acme")));
        Assert.Null(await ReadAsync(registry => registry.Requests.FindAsync("acme", "r")));
        Assert.Null(await ReadAsync(registry => registry.Pools.FindAsync("p")));
        Assert.Null(await ReadAsync(registry => registry.Pools.FindAsync(1)));
        Assert.Null(await ReadAsync(registry => registry.Pools.FindVersionAsync(1, 1)));
        Assert.Null(await ReadAsync(registry => registry.Tasks.FindAsync("acme", "t")));
        Assert.Null(await ReadAsync(registry => registry.Tasks.FindAsync(1)));
        Assert.Null(await ReadAsync(registry => registry.Tasks.FindVersionAsync(1, 1)));
        Assert.Null(await ReadAsync(registry => registry.Sessions.FindAsync("s")));
        Assert.Null(await ReadAsync(registry => registry.Sessions.FindAsync(1)));
        Assert.Null(await ReadAsync(registry => registry.Sessions.FindTaskAsync(1)));
        Assert.Null(await ReadAsync(registry => registry.Sessions.FindStateAsync(1, 1)));
        Assert.Null(await ReadAsync(registry => registry.Jobs.FindAsync("acme", "j")));
        Assert.Null(await ReadAsync(registry => registry.Jobs.FindReplyAsync(1, "open")));
        Assert.False(await ReadAsync(registry => registry.Files.ContainsAsync("aa")));
    }

    [Fact]
    public async Task Find_RowThatWasPut_IsAllOfIt()
    {
        await PutAllAsync();

        AssertSame(Tenant("acme"), await ReadAsync(registry => registry.Tenants.FindAsync("acme")));
        AssertSame(Request("acme", "r"), await ReadAsync(registry => registry.Requests.FindAsync("acme", "r")));
        AssertSame(Pool(1, "p", "acme", "Shared", "globex", "initech"), await ReadAsync(registry => registry.Pools.FindAsync("p")));
        AssertSame(Pool(1, "p", "acme", "Shared", "globex", "initech"), await ReadAsync(registry => registry.Pools.FindAsync(1)));
        AssertSame(PoolVersion(2, 1, 1), await ReadAsync(registry => registry.Pools.FindVersionAsync(1, 1)));
        AssertSame(PoolVersion(3, 1, 2, "ab", parent: 1), await ReadAsync(registry => registry.Pools.FindVersionAsync(1, 2)));
        var task = TaskOn(4, 1, "acme", "t", new GrantRow("globex", 3), new GrantRow("initech", 8));
        AssertSame(task, await ReadAsync(registry => registry.Tasks.FindAsync("acme", "t")));
        AssertSame(task, await ReadAsync(registry => registry.Tasks.FindAsync(4)));
        AssertSame(TaskVersion(5, 4, 1, sha256: null), await ReadAsync(registry => registry.Tasks.FindVersionAsync(4, 1)));
        AssertSame(TaskVersion(6, 4, 2), await ReadAsync(registry => registry.Tasks.FindVersionAsync(4, 2)));
        AssertSame(Session(7, 1, "s"), await ReadAsync(registry => registry.Sessions.FindAsync("s")));
        AssertSame(Session(7, 1, "s"), await ReadAsync(registry => registry.Sessions.FindAsync(7)));
        AssertSame(SessionTask(4, 7, 0), await ReadAsync(registry => registry.Sessions.FindTaskAsync(4)));
        AssertSame(State(7, 1), await ReadAsync(registry => registry.Sessions.FindStateAsync(7, 1)));
        AssertSame(Job(8, "acme", "j"), await ReadAsync(registry => registry.Jobs.FindAsync("acme", "j")));
        AssertSame(Event(8, 1, 5), Assert.Single(await ReadAsync(registry => registry.Jobs.ListEventsAsync(8, 0, 10))));
        AssertSame(Reply(8, "open"), await ReadAsync(registry => registry.Jobs.FindReplyAsync(8, "open")));
    }

    [Fact]
    public async Task Put_RowOfTheSameKey_ReplacesAllOfIt()
    {
        await PutAllAsync();
        var pool = Pool(1, "p", "acme", "Public") with { CurrentVersion = 40, VersionsMade = 41 };
        var task = TaskOn(4, 1, "acme", "t", new GrantRow("globex", 1)) with { ServedVersion = 42, StartedFrom = null };
        var session = Session(7, 1, "s", 2, 3) with { StandState = null, StandRequestHash = null, StandReply = null, Released = null, StatesMade = 43 };
        var job = Job(8, "acme", "j", inWork: false, sha256: null) with { Session = null, State = "Failed", Outcome = null };
        RegistryRow[] rows =
        [
            pool,
            task,
            session,
            job,
            Request("acme", "r") with { Action = "DeletePool", Hash = [9], Reply = "true" },
            TaskVersion(6, 4, 2, poolVersion: 2) with { ServedOrder = 44 },
            SessionTask(4, 7, 1) with { Version = null, SubtractsInitial = false },
            State(7, 1, poolVersion: 2, sha256: "ce"),
            Event(8, 1, 6),
            Reply(8, "open") with { Reply = "null" },
        ];

        await PutAsync(rows);

        AssertSame(pool, await ReadAsync(registry => registry.Pools.FindAsync("p")));
        AssertSame(task, await ReadAsync(registry => registry.Tasks.FindAsync("acme", "t")));
        AssertSame(session, await ReadAsync(registry => registry.Sessions.FindAsync("s")));
        AssertSame(job, await ReadAsync(registry => registry.Jobs.FindAsync("acme", "j")));
        AssertSame(rows[4], await ReadAsync(registry => registry.Requests.FindAsync("acme", "r")));
        AssertSame(rows[5], await ReadAsync(registry => registry.Tasks.FindVersionAsync(4, 2)));
        AssertSame(rows[6], await ReadAsync(registry => registry.Sessions.FindTaskAsync(4)));
        AssertSame(rows[7], await ReadAsync(registry => registry.Sessions.FindStateAsync(7, 1)));
        AssertSame(rows[8], Assert.Single(await ReadAsync(registry => registry.Jobs.ListEventsAsync(8, 0, 10))));
        AssertSame(rows[9], await ReadAsync(registry => registry.Jobs.FindReplyAsync(8, "open")));
        Assert.Empty(await ReadAsync(registry => registry.Pools.ListSharedAsync("globex", "", 10)));
        Assert.Empty(await ReadAsync(registry => registry.Tasks.ListGrantedAsync("initech", null, ("", ""), 10)));
        Assert.Equal(["aa", "ab", "bb", "ce"], await ReadAsync(registry => registry.Files.ListAsync("", 10)));
    }

    [Fact]
    public async Task Put_TwoRowsOfOneName_FailsAndChangesNothing()
    {
        await PutAllAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(Pool(91, "p", "globex")));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(PoolVersion(92, 1, 2)));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(TaskOn(93, 1, "acme", "t")));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(TaskVersion(94, 4, 2)));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(Session(95, 1, "s")));
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(Job(96, "acme", "j")));

        Assert.Equal("acme", (await ReadAsync(registry => registry.Pools.FindAsync("p")))!.Owner);
    }

    [Fact]
    public async Task Delete_EveryRow_LeavesNothing()
    {
        await PutAllAsync();

        await TransactAsync(registry =>
        {
            registry.DeleteJobEvents(8, 0);
            RegistryRow[] rows =
            [
                Reply(8, "open"), Job(8, "acme", "j"), State(7, 1), SessionTask(4, 7, 0), Session(7, 1, "s"), TaskVersion(5, 4, 1), TaskVersion(6, 4, 2),
                TaskOn(4, 1, "acme", "t"), PoolVersion(2, 1, 1), PoolVersion(3, 1, 2), Pool(1, "p"), Request("acme", "r"), Tenant("acme"),
            ];
            Array.ForEach(rows, registry.Delete);
            return ValueTask.FromResult(true);
        });

        await Find_WhereNothingWasPut_FindsNothing();
        Assert.Empty(await ReadAsync(registry => registry.Pools.ListSharedAsync("globex", "", 10)));
        Assert.Empty(await ReadAsync(registry => registry.Tasks.ListGrantedAsync("globex", null, ("", ""), 10)));
        Assert.Empty(await ReadAsync(registry => registry.Files.ListAsync("", 10)));
    }

    [Fact]
    public async Task Delete_RowThatIsNotThere_DoesNothing()
    {
        await PutAllAsync();

        await TransactAsync(registry =>
        {
            registry.Delete(Pool(99, "other"));
            registry.Delete(Event(8, 99, 1));
            return ValueTask.FromResult(true);
        });

        await Find_RowThatWasPut_IsAllOfIt();
    }

    [Fact]
    public async Task Transact_ItsReads_SeeItsOwnWrites()
    {
        await PutAllAsync();

        var seen = await TransactAsync(async registry =>
        {
            registry.Put(Pool(20, "q", "acme", "Shared", "initech"));
            registry.Put(PoolVersion(21, 20, 1, "ee"));
            registry.Delete(TaskVersion(6, 4, 2));
            registry.Delete(SessionTask(4, 7, 0));
            return (
                Pools: (await registry.Pools.ListOwnedAsync("acme", "", 10)).Select(row => row.Id),
                Shared: (await registry.Pools.ListSharedAsync("initech", "", 10)).Select(row => row.Id),
                Version: (await registry.Pools.FindVersionAsync(20, 1))?.Sha256,
                Versions: (await registry.Tasks.ListVersionsAsync(4, int.MaxValue, 10)).Select(row => row.Number),
                Held: await registry.Sessions.FindTaskAsync(4),
                Files: await registry.Files.ListAsync("", 10));
        });

        Assert.Equal(["p", "q"], seen.Pools);
        Assert.Equal(["p", "q"], seen.Shared);
        Assert.Equal("ee", seen.Version);
        Assert.Equal([1], seen.Versions);
        Assert.Null(seen.Held);
        Assert.Equal(["aa", "ab", "cc", "dd", "ee"], seen.Files);
    }

    [Fact]
    public async Task Transact_ThatThrows_UndoesEverythingAndLetsTheNextIn()
    {
        await PutAllAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => TransactAsync<bool>(registry =>
        {
            registry.Put(Pool(20, "q"));
            registry.Put(Pool(1, "p") with { CurrentVersion = 50 });
            registry.Delete(Reply(8, "open"));
            throw new InvalidDataException();
        }));

        await Find_RowThatWasPut_IsAllOfIt();
        Assert.Null(await ReadAsync(registry => registry.Pools.FindAsync("q")));
        Assert.True(await TransactAsync(_ => ValueTask.FromResult(true)));
    }

    [Fact]
    public async Task Transact_ManyAtOnce_BehaveAsOneAfterTheOther()
    {
        await PutAsync(Tenant("acme"), Pool(1, "p") with { VersionsMade = 0 });

        var seen = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
            () => TransactAsync(async registry =>
            {
                var pool = (await registry.Pools.FindAsync(1))!;
                registry.Put(pool with { VersionsMade = pool.VersionsMade + 1 });
                return pool.VersionsMade;
            }),
            Cancellation)));

        Assert.Equal(Enumerable.Range(0, 32), seen.Order());
        Assert.Equal(32, (await ReadAsync(registry => registry.Pools.FindAsync(1)))!.VersionsMade);
    }

    [Fact]
    public async Task Transact_OnRowsThatAnotherLooksFor_SeesWhatThatMade()
    {
        await PutAsync(Tenant("acme"));

        // Each makes the pool where there is none: what was not found counts as read, too.
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(
            () => TransactAsync(async registry =>
            {
                if (await registry.Pools.FindAsync("p") is not null || (await registry.Pools.ListOwnedAsync("acme", "", 10)).Count > 0)
                {
                    return false;
                }

                registry.Put(Pool(await registry.NewKeyAsync(), "p"));
                return true;
            }),
            Cancellation)));

        Assert.Single(made, true);
    }

    [Fact]
    public async Task Transact_ThatIsCancelledBeforeItsTurn_DoesNothing()
    {
        using var impatient = new CancellationTokenSource();
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Registry.TransactAsync(
            registry =>
            {
                registry.Put(Tenant("acme"));
                return ValueTask.FromResult(true);
            },
            impatient.Token).AsTask());

        Assert.Null(await ReadAsync(registry => registry.Tenants.FindAsync("acme")));
    }

    [Fact]
    public async Task Read_WhileAnotherCommits_SeesOneState()
    {
        await PutAsync(Tenant("acme"), Pool(1, "p"), Pool(2, "q"));
        var commits = 0;

        var (first, second) = await ReadAsync(async registry =>
        {
            var p = (await registry.Pools.FindAsync(1))!;
            if (commits++ == 0)
            {
                await PutAsync(Pool(1, "p") with { CurrentVersion = 60 }, Pool(2, "q") with { CurrentVersion = 60 });
            }

            return (p.CurrentVersion, (await registry.Pools.FindAsync(2))!.CurrentVersion);
        });

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task NewKey_InEveryTransaction_IsGreaterThanAllBefore()
    {
        var keys = new List<long>();
        await PutAsync(Tenant("acme"));
        for (var times = 0; times < 5; times++)
        {
            var (first, second) = await TransactAsync(async registry => (await registry.NewKeyAsync(), await registry.NewKeyAsync()));
            keys.AddRange([first, second]);
            await PutAsync(Pool(first, "p"));
            await TransactAsync(registry =>
            {
                registry.Delete(Pool(first, "p"));
                return ValueTask.FromResult(true);
            });
        }

        Assert.All(keys, key => Assert.True(key > 0));
        Assert.Equal(keys.Distinct().Order(), keys);
    }

    [Fact]
    public async Task LetGo_OfARun_IsWhatThatRunNoted()
    {
        var letGo = await TransactAsync(registry =>
        {
            registry.LetGoOf("aa");
            registry.LetGoOf(null);
            registry.LetGoOf("bb");
            return ValueTask.FromResult(registry.LetGo);
        });

        Assert.Equal(["aa", "bb"], letGo);
        Assert.Empty(await TransactAsync(registry => ValueTask.FromResult(registry.LetGo)));
    }

    [Fact]
    public async Task Requests_NotExpired_AreKept()
    {
        await PutAsync(Tenant("acme"), Tenant("globex"), Request("acme", "old", 100, 200), Request("acme", "new", 150, 250));

        await PutAsync(Request("globex", "old", 201, 301));

        Assert.NotNull(await ReadAsync(registry => registry.Requests.FindAsync("acme", "new")));
        Assert.NotNull(await ReadAsync(registry => registry.Requests.FindAsync("globex", "old")));
    }

    [Fact]
    public async Task Pools_Lists_ComeInPagesById()
    {
        await PutAsync(
            Tenant("acme"),
            Tenant("globex"),
            Pool(5, "b", "acme"),
            Pool(4, "a-b", "acme", "Public"),
            Pool(3, "ab", "acme", "Shared", "globex", "initech"),
            Pool(2, "c", "globex", "Public"),
            Pool(1, "d", "globex", "Shared", "acme", "initech"));

        Assert.Equal(["a-b", "ab"], await Ids(registry => registry.Pools.ListOwnedAsync("acme", "", 2)));
        Assert.Equal(["b"], await Ids(registry => registry.Pools.ListOwnedAsync("acme", "ab", 2)));
        Assert.Equal(["ab", "d"], await Ids(registry => registry.Pools.ListSharedAsync("initech", "", 2)));
        Assert.Equal(["d"], await Ids(registry => registry.Pools.ListSharedAsync("initech", "ab", 2)));
        Assert.Equal(["d"], await Ids(registry => registry.Pools.ListSharedAsync("acme", "", 2)));
        Assert.Equal(["a-b"], await Ids(registry => registry.Pools.ListByVisibilityAsync("Public", "", 1)));
        Assert.Equal(["c"], await Ids(registry => registry.Pools.ListByVisibilityAsync("Public", "a-b", 1)));

        async Task<IEnumerable<string>> Ids(Func<IRegistryReader, ValueTask<IReadOnlyList<PoolRow>>> list) => (await ReadAsync(list)).Select(row => row.Id);
    }

    [Fact]
    public async Task Versions_Lists_ComeInPagesNewestFirst()
    {
        await PutAsync(Tenant("acme"), Pool(1, "p"), Pool(2, "q"), TaskOn(3, 1, "acme", "t"), TaskOn(4, 1, "acme", "u"));
        await PutAsync([.. Enumerable.Range(1, 5).Select(number => PoolVersion(10 + number, 1, number)), PoolVersion(19, 2, 9)]);
        await PutAsync([.. Enumerable.Range(1, 5).Select(number => TaskVersion(20 + number, 3, number)), TaskVersion(29, 4, 9)]);

        Assert.Equal([5, 4], (await ReadAsync(registry => registry.Pools.ListVersionsAsync(1, int.MaxValue, 2))).Select(row => row.Number));
        Assert.Equal([3, 2, 1], (await ReadAsync(registry => registry.Pools.ListVersionsAsync(1, 4, 9))).Select(row => row.Number));
        Assert.Equal([5, 4], (await ReadAsync(registry => registry.Tasks.ListVersionsAsync(3, int.MaxValue, 2))).Select(row => row.Number));
        Assert.Equal([3, 2, 1], (await ReadAsync(registry => registry.Tasks.ListVersionsAsync(3, 4, 9))).Select(row => row.Number));
    }

    [Fact]
    public async Task Tasks_Lists_ComeInPagesByOwnerAndId()
    {
        await PutAsync(
            Tenant("acme"),
            Tenant("globex"),
            Pool(1, "p"),
            Pool(2, "q"),
            TaskOn(9, 1, "acme", "b", new GrantRow("initech", 1)),
            TaskOn(8, 2, "acme", "a", new GrantRow("initech", 2), new GrantRow("umbrella", 1)),
            TaskOn(7, 1, "globex", "a", new GrantRow("initech", 4)),
            TaskOn(6, 1, "globex", "c"));

        Assert.Equal(["acme/a", "acme/b"], await Names(registry => registry.Tasks.ListOwnedAsync("acme", null, "", 9)));
        Assert.Equal(["acme/b"], await Names(registry => registry.Tasks.ListOwnedAsync("acme", null, "a", 9)));
        Assert.Equal(["acme/b"], await Names(registry => registry.Tasks.ListOwnedAsync("acme", 1, "", 9)));
        Assert.Equal(["acme/a"], await Names(registry => registry.Tasks.ListOwnedAsync("acme", null, "", 1)));
        Assert.Equal(["acme/a", "acme/b"], await Names(registry => registry.Tasks.ListGrantedAsync("initech", null, ("", ""), 2)));
        Assert.Equal(["globex/a"], await Names(registry => registry.Tasks.ListGrantedAsync("initech", null, ("acme", "b"), 2)));
        Assert.Equal(["acme/b", "globex/a"], await Names(registry => registry.Tasks.ListGrantedAsync("initech", 1, ("", ""), 9)));
        Assert.Equal(["acme/a"], await Names(registry => registry.Tasks.ListGrantedAsync("umbrella", null, ("", ""), 9)));
        Assert.Equal((3, 1), (await ReadAsync(registry => registry.Tasks.CountAsync(1)), await ReadAsync(registry => registry.Tasks.CountAsync(2))));

        async Task<IEnumerable<string>> Names(Func<IRegistryReader, ValueTask<IReadOnlyList<TaskRow>>> list) =>
            (await ReadAsync(list)).Select(row => $"{row.Tenant}/{row.Id}");
    }

    [Fact]
    public async Task Sessions_Lists_ComeInPagesOldestFirst()
    {
        await PutAsync(Tenant("acme"), Pool(1, "p"), Pool(2, "q"), TaskOn(3, 1, "acme", "t"), TaskOn(4, 1, "acme", "u"));
        await PutAsync(Session(7, 1, "c"), Session(6, 1, "d"), Session(5, 2, "e"));
        await PutAsync(SessionTask(3, 6, 1), SessionTask(4, 6, 0), State(6, 3), State(6, 1), State(6, 2), State(7, 9));

        Assert.Equal([5, 6], (await ReadAsync(registry => registry.Sessions.ListAsync(0, 2))).Select(row => row.Key));
        Assert.Equal([7], (await ReadAsync(registry => registry.Sessions.ListAsync(6, 2))).Select(row => row.Key));
        Assert.Equal([4, 3], (await ReadAsync(registry => registry.Sessions.ListTasksAsync(6))).Select(row => row.Task));
        Assert.Equal([1, 2], (await ReadAsync(registry => registry.Sessions.ListStatesAsync(6, 0, 2))).Select(row => row.Number));
        Assert.Equal([3], (await ReadAsync(registry => registry.Sessions.ListStatesAsync(6, 2, 2))).Select(row => row.Number));
        Assert.Equal((2, 1), (await ReadAsync(registry => registry.Sessions.CountAsync(1)), await ReadAsync(registry => registry.Sessions.CountAsync(2))));
    }

    [Fact]
    public async Task Jobs_Lists_ComeInPages()
    {
        await PutAsync(Tenant("acme"), Tenant("globex"));
        await PutAsync(Job(1, "acme", "a", inWork: false), Job(2, "acme", "b"), Job(3, "globex", "c"), Job(4, "acme", "d"));
        await PutAsync(Event(2, 2, 2), Event(2, 1, 1), Event(2, 3, 3), Event(4, 1, 9), Reply(2, "open"), Reply(2, "publish"), Reply(4, "open"));

        Assert.Equal([4, 2], (await ReadAsync(registry => registry.Jobs.ListAsync("acme", long.MaxValue, 2))).Select(row => row.Key));
        Assert.Equal([1], (await ReadAsync(registry => registry.Jobs.ListAsync("acme", 2, 2))).Select(row => row.Key));
        Assert.Equal([2, 3], (await ReadAsync(registry => registry.Jobs.ListInWorkAsync(null, 0, 2))).Select(row => row.Key));
        Assert.Equal([4], (await ReadAsync(registry => registry.Jobs.ListInWorkAsync(null, 3, 2))).Select(row => row.Key));
        Assert.Equal([2, 4], (await ReadAsync(registry => registry.Jobs.ListInWorkAsync("acme", 0, 9))).Select(row => row.Key));
        Assert.Equal([1, 2], (await ReadAsync(registry => registry.Jobs.ListEventsAsync(2, 0, 2))).Select(row => row.Number));
        Assert.Equal([3], (await ReadAsync(registry => registry.Jobs.ListEventsAsync(2, 2, 2))).Select(row => row.Number));
        Assert.Equal(["open", "publish"], (await ReadAsync(registry => registry.Jobs.ListRepliesAsync(2))).Select(row => row.Id).Order());
    }

    [Fact]
    public async Task DeleteJobEvents_AfterANumber_LeavesThoseUpToIt()
    {
        await PutAsync(Tenant("acme"), Job(2, "acme", "b"), Job(4, "acme", "d"), Event(2, 1, 1), Event(2, 2, 2), Event(2, 3, 3), Event(4, 3, 9));

        await TransactAsync(registry =>
        {
            registry.DeleteJobEvents(2, 1);
            return ValueTask.FromResult(true);
        });

        Assert.Equal([1], (await ReadAsync(registry => registry.Jobs.ListEventsAsync(2, 0, 9))).Select(row => row.Number));
        Assert.Single(await ReadAsync(registry => registry.Jobs.ListEventsAsync(4, 0, 9)));
    }

    [Fact]
    public async Task VersionsInUse_OfAPool_AreThoseThatRowsName()
    {
        await PutAsync(Tenant("acme"), Pool(1, "p"), Pool(2, "q"), TaskOn(3, 1, "acme", "t"), TaskOn(4, 2, "acme", "u"));
        await PutAsync(TaskVersion(5, 3, 1, 2), TaskVersion(6, 3, 2, 3), TaskVersion(7, 4, 1, 99), Session(8, 1, "s", 5, 6), State(8, 1, 7));
        Assert.Equal([2, 3, 5, 6, 7], await InUseAsync());

        await TransactAsync(registry =>
        {
            registry.Put(Session(8, 1, "s", 6, 6));
            registry.Delete(TaskVersion(6, 3, 2));
            registry.Delete(State(8, 1));
            return ValueTask.FromResult(true);
        });

        Assert.Equal([2, 6], await InUseAsync());

        async Task<IEnumerable<int>> InUseAsync() => (await ReadAsync(registry => registry.Pools.VersionsInUseAsync(1))).Order();
    }

    [Fact]
    public async Task Files_NamedByAnyRow_AreListedOnceInOrder()
    {
        await PutAllAsync();
        await PutAsync(TaskVersion(30, 4, 3, sha256: "aa"));
        Assert.Equal(["aa", "ab", "bb"], await ReadAsync(registry => registry.Files.ListAsync("", 3)));
        Assert.Equal(["cc", "dd"], await ReadAsync(registry => registry.Files.ListAsync("bb", 3)));
        foreach (var file in new[] { "aa", "bb", "cc", "dd" })
        {
            Assert.True(await ReadAsync(registry => registry.Files.ContainsAsync(file)));
        }

        await TransactAsync(registry =>
        {
            registry.Delete(PoolVersion(2, 1, 1));
            registry.Delete(State(7, 1));
            registry.Put(Job(8, "acme", "j", sha256: null));
            return ValueTask.FromResult(true);
        });

        Assert.Equal(["aa", "ab", "bb"], await ReadAsync(registry => registry.Files.ListAsync("", 9)));
        Assert.False(await ReadAsync(registry => registry.Files.ContainsAsync("cc")));
    }

    private protected Task<T> ReadAsync<T>(Func<IRegistryReader, ValueTask<T>> read) => Registry.ReadAsync(read, Cancellation).AsTask();

    private protected Task<T> TransactAsync<T>(Func<IRegistryTransaction, ValueTask<T>> act) => Registry.TransactAsync(act, Cancellation).AsTask();

    private protected Task PutAsync(params RegistryRow[] rows) => TransactAsync(registry =>
    {
        Array.ForEach(rows, registry.Put);
        return ValueTask.FromResult(true);
    });

    /// <summary>One row of each table at least; keys 1 to 8.</summary>
    private Task PutAllAsync() => PutAsync(
        Tenant("acme"),
        Request("acme", "r"),
        Pool(1, "p", "acme", "Shared", "globex", "initech"),
        PoolVersion(2, 1, 1),
        PoolVersion(3, 1, 2, "ab", parent: 1),
        TaskOn(4, 1, "acme", "t", new GrantRow("globex", 3), new GrantRow("initech", 8)),
        TaskVersion(5, 4, 1, sha256: null),
        TaskVersion(6, 4, 2),
        Session(7, 1, "s"),
        SessionTask(4, 7, 0),
        State(7, 1),
        Job(8, "acme", "j"),
        Event(8, 1, 5),
        Reply(8, "open"));

    // Lists are equal when their items are: as JSON all members are compared.
    private static void AssertSame<T>(T expected, T? found)
        where T : RegistryRow => Assert.Equal(JsonSerializer.Serialize(expected, expected.GetType()), JsonSerializer.Serialize(found, expected.GetType()));
}
