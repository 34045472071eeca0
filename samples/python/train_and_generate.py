"""Trains a task and generates with it, over gRPC alone: no library of CoLA's. Usage: train_and_generate.py [HOST:PORT]"""
import random
import string
import sys
import uuid

import grpc

from cola.v1 import inference_pb2, inference_pb2_grpc, pools_pb2, pools_pb2_grpc
from cola.v1 import tasks_pb2, tasks_pb2_grpc, training_pb2, training_pb2_grpc

STEPS = 80
EXAMPLES_PER_STEP = 4
QUESTIONS = 8

# Every call names its tenant.
METADATA = (("cola-tenant", "acme"),)


def new_id():
    """A request id: the same call sent again with it acts once."""
    return uuid.uuid4().hex


def words(draw, count):
    return ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(3, 6))) for _ in range(count)]


def prompt(word):
    return f"shout: {word} ="


def completion(word):
    return f" {word.upper()}!"


def train(channel, task, pool, draw):
    service = training_pb2_grpc.TrainingServiceStub(channel)
    adamw = training_pb2.AdamW(learning_rate=3e-3)
    session = service.OpenSession(
        training_pb2.OpenSessionRequest(
            pool=pool,
            shared_a=training_pb2.SHARED_A_TRAINABLE,
            pool_optimizer=adamw,
            tasks=[training_pb2.SessionTask(task=task, optimizer=adamw)],
            request_id=new_id(),
        ),
        metadata=METADATA,
    )
    sequence = session.next_sequence
    for step in range(1, STEPS + 1):
        examples = [
            training_pb2.Example(
                task=task,
                completion=training_pb2.CompletionExample(prompt=prompt(word), completion=completion(word)),
            )
            for word in words(draw, EXAMPLES_PER_STEP)
        ]
        reply = service.TrainStep(
            training_pb2.TrainStepRequest(session=session.name, sequence=sequence, examples=examples),
            metadata=METADATA,
        )
        sequence = reply.next_sequence
        if step == 1 or step % 20 == 0:
            print(f"step {step:3}: loss {reply.tasks[0].loss_sum / reply.tasks[0].weight:.3f}")
    service.Publish(training_pb2.PublishRequest(session=session.name, request_id=new_id()), metadata=METADATA)
    service.CloseSession(training_pb2.CloseSessionRequest(session=session.name, request_id=new_id()), metadata=METADATA)


def generate(channel, task, asked):
    """The answers to all words, from one batch; pieces of text come as they are made, each with its row's place."""
    service = inference_pb2_grpc.InferenceServiceStub(channel)
    rows = [
        inference_pb2.GenerateRow(
            source=inference_pb2.Source(task=task),
            prompt=inference_pb2.Prompt(text=prompt(word)),
            max_tokens=16,
        )
        for word in asked
    ]
    answers = [""] * len(rows)
    for news in service.GenerateBatch(inference_pb2.GenerateBatchRequest(rows=rows), metadata=METADATA):
        answers[news.row] += news.text
    return answers


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "localhost:5290"
    run = new_id()[:8]  # ids of this run's own, so that it can run again
    draw = random.Random(1)
    with grpc.insecure_channel(address) as channel:
        pool = pools_pb2_grpc.PoolServiceStub(channel).CreatePool(
            pools_pb2.CreatePoolRequest(pool_id=f"python-{run}", spec=pools_pb2.PoolSpec(m=2, rank=4), request_id=new_id()),
            metadata=METADATA,
        )
        task = tasks_pb2_grpc.TaskServiceStub(channel).RegisterTask(
            tasks_pb2.RegisterTaskRequest(
                task_id=f"python-{run}",
                pool=pool.name,
                spec=tasks_pb2.TaskSpec(strategy=tasks_pb2.STRATEGY_HEURISTIC, n=3),
                request_id=new_id(),
            ),
            metadata=METADATA,
        ).task
        print(f"registered {task.name} on {pool.name}")
        train(channel, task.name, pool.name, draw)
        asked = words(draw, QUESTIONS)
        answers = generate(channel, task.name, asked)
    for word, answer in zip(asked, answers):
        print(f"{prompt(word)}{answer}")
    right = sum(answer == completion(word) for word, answer in zip(asked, answers))
    print(f"shout: {right} of {QUESTIONS} right")


if __name__ == "__main__":
    main()
