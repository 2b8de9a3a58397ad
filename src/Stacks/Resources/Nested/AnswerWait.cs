namespace Lamina.Stacks.Resources.Nested;

/// <summary>Waits for what somebody puts into an object.</summary>
internal static class AnswerWait
{
    /// <summary>Looks, and after each writing of the object looks again, until there is something.</summary>
    /// <param name="look">Null: not yet.</param>
    public static async Task<T> UntilAsync<T>(
        StackRoomParts rooms, string bucket, string key, Func<CancellationToken, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnWritten(string writtenBucket, string writtenKey)
            {
                if (writtenKey == key && writtenBucket == bucket)
                {
                    written.TrySetResult();
                }
            }

            rooms.Objects.Written += OnWritten;
            try
            {
                if (await look(cancellationToken) is { } found)
                {
                    return found;
                }

                await written.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                rooms.Objects.Written -= OnWritten;
            }
        }
    }
}
