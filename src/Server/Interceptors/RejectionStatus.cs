using CoLA.Core.Rejections;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace CoLA.Server.Interceptors;

/// <summary>One status for each kind of rejection.</summary>
internal static class RejectionStatus
{
    public static Google.Rpc.Status Of(Rejection rejection)
    {
        var status = new Google.Rpc.Status { Code = (int)CodeOf(rejection), Message = rejection.Message };
        if (rejection is InvalidArgumentRejection invalid)
        {
            status.Details.Add(Any.Pack(new BadRequest
            {
                FieldViolations =
                {
                    invalid.Violations.Select(violation => new BadRequest.Types.FieldViolation
                    {
                        Field = violation.Field,
                        Description = violation.Description,
                    }),
                },
            }));
        }

        if (rejection is ExhaustedRejection { RetryAfter: { } retryAfter })
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(retryAfter) }));
        }

        return status;
    }

    private static Code CodeOf(Rejection rejection) => rejection switch
    {
        InvalidArgumentRejection => Code.InvalidArgument,
        NotFoundRejection => Code.NotFound,
        AlreadyExistsRejection => Code.AlreadyExists,
        PermissionRejection => Code.PermissionDenied,
        PreconditionRejection or ModelFileRejection => Code.FailedPrecondition,
        UnsupportedRejection => Code.Unimplemented,
        ExhaustedRejection => Code.ResourceExhausted,
        DamagedFileRejection => Code.DataLoss,
        _ => throw new InvalidOperationException($"no status for {rejection.GetType().Name}"),
    };
}
